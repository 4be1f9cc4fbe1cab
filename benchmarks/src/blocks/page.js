import { startHeartbeat } from './heartbeat.js';
import { train } from './train.js';

/**
 * Steps of `task` on the page's own thread, or in a worker, and the longest block of the page's thread.
 *
 * @param {{ name: string, task: import('./train.js').Task, steps: number, worker: boolean }} options
 */
export async function measure({ name, task, steps, worker, options }) {
  /** @type {PerformanceEntry[]} */
  const entries = [];
  const observer = new PerformanceObserver((list) => entries.push(...list.getEntries()));
  observer.observe({ entryTypes: ['longtask'] });
  const heartbeat = startHeartbeat();
  const start = performance.now();
  const { seconds, losses } = worker
    ? await inWorker(name, task, steps)
    : await train(name, task, steps, heartbeat.enter, options);
  const total = (performance.now() - start) / 1000;
  const blocks = heartbeat.stop();
  // Entries come in a later turn of the event loop.
  await new Promise((resolve) => setTimeout(resolve, 100));
  observer.disconnect();
  const longestTask = Math.max(0, ...entries.map(({ duration }) => duration));
  return { ...blocks, longestTask, seconds, total, losses };
}

/** @param {string} name @param {string} task @param {number} steps @returns {ReturnType<typeof train>} */
async function inWorker(name, task, steps) {
  // ONNX Runtime has a worker of its own.
  if (name.startsWith('onnx:'))
    return train(name, /** @type {'lenet' | 'W'} */ (task), steps, undefined, { worker: true });
  const worker = new Worker(new URL('./worker.js', import.meta.url), { type: 'module' });
  try {
    return await new Promise((resolve, reject) => {
      worker.onmessage = ({ data: { result, error } }) => (error ? reject(new Error(error)) : resolve(result));
      worker.onerror = ({ message }) => reject(new Error(message || 'the worker could not be loaded'));
      worker.postMessage([name, task, steps]);
    });
  } finally {
    worker.terminate();
  }
}
