import { VardropError } from '@vardrop/core';
import { startThread, type Thread } from './startThread.js';

/** What threads tell the one that started them. */
export interface ThreadsListeners {
  onDone(run: number): void;
  /** One failed, or ended unasked. */
  onEnd(reason: string): void;
}

/** Starts `count` threads on one shared memory. Rejects with `VARDROP_BACKEND` if one does not start. */
export async function startThreads(
  name: string,
  memory: WebAssembly.Memory,
  count: number,
  { onDone, onEnd }: ThreadsListeners,
): Promise<readonly Thread[]> {
  let members: readonly Thread[] = [];
  let ready = 0;
  await new Promise<void>((resolve, reject) => {
    const refuse = (reason: string) => {
      for (const member of members) void member.end();
      reject(
        new VardropError(
          'VARDROP_BACKEND',
          `[${name}] threads: got a thread that did not start (${reason}), needs ${count}. Serve thread.js of @vardrop/adapter-wasm, or write threads: 1.`,
        ),
      );
    };
    try {
      members = Array.from({ length: count }, () =>
        startThread({
          onReply(reply) {
            if (reply.kind === 'done') onDone(reply.run);
            else if (++ready === count) resolve();
          },
          onEnd: (reason) => (ready < count ? refuse(reason) : onEnd(reason)),
        }),
      );
    } catch (error) {
      refuse((error as Error).message);
    }
    members.forEach((member, thread) => {
      member.post({ kind: 'start', memory, threads: count, thread });
    });
  });
  return members;
}
