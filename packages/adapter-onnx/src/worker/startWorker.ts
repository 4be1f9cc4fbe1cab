import { VardropError } from '@vardrop/core';
import type { Parts } from '../parts.js';
import { nodeThreads } from './nodeThreads.js';
import type { Message, Reply } from './protocol.js';

/** What a worker tells the thread that started it. */
export interface WorkerListeners {
  onReply(reply: Reply): void;
  /** It failed, or ended unasked. */
  onEnd(reason: string): void;
}

/** A started worker. */
export interface StartedWorker {
  /** Throws what the platform throws for a message that cannot be copied. */
  post(message: Message, transfer?: readonly ArrayBuffer[]): void;
  /** Sets whether the worker keeps the process alive. Does nothing in browsers. */
  keepAlive(wanted: boolean): void;
  /** Ends it at once; listeners are not called any more. */
  end(): Promise<void>;
}

/** Starts the adapter's worker in Node or a browser. Throws `VARDROP_OPTION` where there are no workers. */
export function startWorker(parts: Parts, { onReply, onEnd }: WorkerListeners): StartedWorker {
  const threads = nodeThreads();
  let ended = false;
  const fail = (reason: string) => {
    if (!ended) onEnd(reason);
  };
  if (threads) {
    // Without the process's own flags: with some of them, such as --input-type, no file can be run.
    const worker = new threads.Worker(parts.threadFile(), { execArgv: [] });
    worker.on('message', (reply) => onReply(reply as Reply));
    worker.on('error', (error) => fail(error instanceof Error ? error.message : String(error)));
    worker.on('exit', (code) => fail(`it ended with code ${code}`));
    return {
      post: (message, transfer) => worker.postMessage(message, transfer),
      keepAlive: (wanted) => (wanted ? worker.ref() : worker.unref()),
      async end() {
        ended = true;
        await worker.terminate();
      },
    };
  }
  if (typeof Worker !== 'function') {
    throw new VardropError('VARDROP_OPTION', '[onnx] worker: got true where there are no workers. Leave it out.');
  }
  const worker = parts.openWorker();
  worker.addEventListener('message', ({ data }: MessageEvent<Reply>) => onReply(data));
  worker.addEventListener('error', ({ message }) => fail(message || 'it could not be loaded'));
  return {
    post: (message, transfer) => worker.postMessage(message, [...(transfer ?? [])]),
    keepAlive: () => undefined,
    async end() {
      ended = true;
      worker.terminate();
    },
  };
}
