import type { Backend } from '@vardrop/core';
import { nodeThreads } from './nodeThreads.js';
import type { Message, WorkerOptions } from './protocol.js';
import { serve } from './serve.js';

/**
 * The program of a worker, which handles messages from the thread that started it. Messages come from the port to the parent in
 * Node, and from the worker's global scope in browsers.
 */
export function obey(create: (options: WorkerOptions) => Promise<Backend>): void {
  const port = nodeThreads()?.parentPort;
  const handle = serve(create, (message, transfer) => {
    if (port) port.postMessage(message, [...transfer]);
    else globalThis.postMessage(message, { transfer: [...transfer] });
  });
  if (port) port.on('message', (message) => handle(message as Message));
  else globalThis.addEventListener('message', ({ data }: MessageEvent<Message>) => handle(data));
}
