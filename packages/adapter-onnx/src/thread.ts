import { createOnnxBackend } from './createOnnxBackend.js';
import { nodeThreads } from './worker/nodeThreads.js';
import type { Message } from './worker/protocol.js';
import { serve } from './worker/serve.js';

// The worker's program. Messages come from the port to the parent in Node, and from the worker's global scope in
// browsers.
const port = nodeThreads()?.parentPort;
const obey = serve(createOnnxBackend, (message, transfer) => {
  if (port) port.postMessage(message, [...transfer]);
  else globalThis.postMessage(message, { transfer: [...transfer] });
});
if (port) port.on('message', (message) => obey(message as Message));
else globalThis.addEventListener('message', ({ data }: MessageEvent<Message>) => obey(data));
