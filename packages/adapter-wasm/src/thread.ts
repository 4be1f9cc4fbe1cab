import type { Message } from './threads/messages.js';
import { nodeThreads } from './threads/nodeThreads.js';
import { createObedience } from './threads/obey.js';

// The program of a thread. Messages come from the port to the parent in Node, and from the worker's global scope in
// browsers.
const port = nodeThreads()?.parentPort;
const obey = createObedience((reply) => (port ? port.postMessage(reply) : globalThis.postMessage(reply)));
if (port) port.on('message', (message) => obey(message as Message));
else globalThis.addEventListener('message', ({ data }: MessageEvent<Message>) => obey(data));
