import { VardropError } from '@vardrop/core';
import type { Parts } from '../parts.js';
import { fromPlainError } from './plainError.js';
import type { Command, Question } from './protocol.js';
import { startWorker } from './startWorker.js';

/** The caller's side of the connection to a worker. */
export interface Connection {
  /** Sends a command. Buffers in `transfer` are moved to the worker. */
  tell(command: Command, transfer?: readonly ArrayBuffer[]): void;
  /** Sends a question and waits for the answer. Rejects with the worker's error, or `VARDROP_BACKEND` if it has ended. */
  ask(question: Question): Promise<unknown>;
  /** Ends the worker. */
  end(): Promise<void>;
}

/** Starts a worker. It keeps the process alive only while a question is open. */
export function connect(parts: Parts, who: string): Connection {
  const open = new Map<number, { resolve(value: unknown): void; reject(error: unknown): void }>();
  let asked = 0;
  let failure: VardropError | undefined;
  const settle = (request: number) => {
    const waiting = open.get(request);
    open.delete(request);
    if (open.size === 0) worker.keepAlive(false);
    return waiting;
  };
  const worker = startWorker(parts, {
    onReply(reply) {
      const waiting = settle(reply.request);
      if ('error' in reply) waiting?.reject(fromPlainError(reply.error));
      else waiting?.resolve(reply.value);
    },
    onEnd(reason) {
      failure ??= new VardropError(
        'VARDROP_BACKEND',
        `[${who}] worker: got one that has ended (${reason}), needs a live one. Create another backend.`,
      );
      for (const request of [...open.keys()]) settle(request)?.reject(failure);
    },
  });
  worker.keepAlive(false);

  return {
    tell(command, transfer) {
      if (!failure) worker.post(command, transfer);
    },
    ask(question) {
      return new Promise((resolve, reject) => {
        if (failure) {
          reject(failure);
          return;
        }
        const request = asked++;
        worker.post({ ...question, request });
        open.set(request, { resolve, reject });
        worker.keepAlive(true);
      });
    },
    end: () => worker.end(),
  };
}
