import type { Message, Reply } from './messages.js';
import { nodeThreads } from './nodeThreads.js';

/** A started thread. */
export interface Thread {
  post(message: Message): void;
  /** Sets whether it keeps the process alive. Does nothing in browsers. */
  keepAlive(wanted: boolean): void;
  /** Ends it at once. Listeners are not called any more. */
  end(): Promise<void>;
}

/** What a thread tells the one that started it. */
export interface ThreadListeners {
  onReply(reply: Reply): void;
  /** It failed, or ended unasked. */
  onEnd(reason: string): void;
}

/** Whether this engine has workers. */
export const hasWorkers = (): boolean => nodeThreads() !== undefined || typeof Worker === 'function';

/** Starts a thread in Node or a browser. */
export function startThread({ onReply, onEnd }: ThreadListeners): Thread {
  const threads = nodeThreads();
  let ended = false;
  const fail = (reason: string) => {
    if (!ended) onEnd(reason);
  };
  if (threads) {
    // Without the process's own flags: with some of them, such as --input-type, no file can be run.
    const worker = new threads.Worker(new URL('../thread.js', import.meta.url), { execArgv: [] });
    worker.on('message', (reply) => onReply(reply as Reply));
    worker.on('error', (error) => fail(error instanceof Error ? error.message : String(error)));
    worker.on('exit', (code) => fail(`it ended with code ${code}`));
    return {
      post: (message) => worker.postMessage(message),
      keepAlive: (wanted) => (wanted ? worker.ref() : worker.unref()),
      async end() {
        ended = true;
        await worker.terminate();
      },
    };
  }
  // Written as one expression, which is what bundlers look for.
  const worker = new Worker(new URL('../thread.js', import.meta.url), { type: 'module' });
  worker.addEventListener('message', ({ data }: MessageEvent<Reply>) => onReply(data));
  worker.addEventListener('error', ({ message }) => fail(message || 'it could not be loaded'));
  return {
    post: (message) => worker.postMessage(message),
    keepAlive: () => undefined,
    async end() {
      ended = true;
      worker.terminate();
    },
  };
}
