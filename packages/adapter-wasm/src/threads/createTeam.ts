import { VardropError } from '@vardrop/core';
import { readDone } from './meeting.js';
import type { Reply } from './messages.js';
import { startThread, type Thread } from './startThread.js';
import type { Team } from './team.js';

/** Starts `count` threads on one shared memory. Rejects with `VARDROP_BACKEND` if one does not start. */
export async function createTeam(name: string, memory: WebAssembly.Memory, count: number): Promise<Team> {
  const waiting = new Map<() => void, { readonly run: number; readonly fail: (error: VardropError) => void }>();
  let started = 0;
  let loss: string | undefined;
  let ready = 0;
  let members: readonly Thread[] = [];
  const lost = (who: string, reason: string) =>
    new VardropError(
      'VARDROP_DEVICE_LOST',
      `[${name}] ${who}: got a thread that ended (${reason}), needs all of them. Close the backend, create another, and go on from the last checkpoint.`,
    );
  const keepAlive = () => {
    for (const member of members) member.keepAlive(waiting.size > 0);
  };
  const settle = (run: number) => {
    for (const [resolve, wish] of [...waiting]) {
      if (wish.run > run) continue;
      waiting.delete(resolve);
      resolve();
    }
    keepAlive();
  };
  const end = (reason: string) => {
    loss ??= reason;
    for (const { fail } of waiting.values()) fail(lost('read', reason));
    waiting.clear();
    for (const member of members) void member.end();
  };

  await new Promise<void>((resolve, reject) => {
    const refuse = (reason: string) =>
      reject(
        new VardropError(
          'VARDROP_BACKEND',
          `[${name}] threads: got a thread that did not start (${reason}), needs ${count}. Serve thread.js of @vardrop/adapter-wasm, or write threads: 1.`,
        ),
      );
    const onReply = (reply: Reply) => {
      if (reply.kind === 'done') settle(reply.run);
      else if (++ready === count) resolve();
    };
    const onEnd = (reason: string) => {
      end(reason);
      refuse(reason);
    };
    try {
      members = Array.from({ length: count }, () => startThread({ onReply, onEnd }));
      members.forEach((member, thread) => {
        member.post({ kind: 'start', memory, threads: count, thread });
      });
    } catch (error) {
      refuse((error as Error).message);
    }
  });
  keepAlive();

  const done = () => readDone(memory.buffer);
  return {
    threads: count,
    started: () => started,
    done,
    async load(id, module, work) {
      for (const member of members) member.post({ kind: 'load', id, module, work });
    },
    run(id, tables) {
      started++;
      for (const member of members) member.post({ kind: 'run', id, run: started, tables });
    },
    unload(id) {
      for (const member of members) member.post({ kind: 'unload', id });
    },
    async until(run) {
      if (loss !== undefined) throw lost('read', loss);
      if (done() >= run) return;
      await new Promise<void>((resolve, fail) => {
        waiting.set(resolve, { run, fail });
        keepAlive();
      });
    },
    check(who) {
      if (loss !== undefined) throw lost(who, loss);
    },
    async close() {
      const open = members;
      members = [];
      await Promise.all(open.map((member) => member.end()));
      for (const { fail } of waiting.values()) {
        fail(
          new VardropError(
            'VARDROP_DISPOSED',
            `[${name}] read: got a backend that was closed meanwhile, needs an open one.`,
          ),
        );
      }
      waiting.clear();
    },
  };
}
