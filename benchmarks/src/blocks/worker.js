import { train } from './train.js';

// Trains in a Web Worker, as an app would, and answers once.
globalThis.addEventListener('message', async ({ data: [name, task, steps] }) => {
  try {
    globalThis.postMessage({ result: await train(name, task, steps) });
  } catch (error) {
    globalThis.postMessage({ error: error instanceof Error ? error.message : String(error) });
  }
});
