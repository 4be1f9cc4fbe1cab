import { VardropError } from '@vardrop/core';
import { readDone } from './meeting.js';
import type { Message } from './messages.js';
import type { Thread } from './startThread.js';
import { startThreads } from './startThreads.js';
import type { Team } from './team.js';
import { createWaits } from './waits.js';

/** Starts `count` threads on one shared memory. Rejects with `VARDROP_BACKEND` if one does not start. */
export async function createTeam(name: string, memory: WebAssembly.Memory, count: number): Promise<Team> {
  let members: readonly Thread[] = [];
  let started = 0;
  let loss: string | undefined;
  const done = () => readDone(memory.buffer);
  const tell = (message: Message) => {
    for (const member of members) member.post(message);
  };
  const waits = createWaits((anyone) => {
    for (const member of members) member.keepAlive(anyone);
  });
  const lost = (who: string) =>
    new VardropError(
      'VARDROP_DEVICE_LOST',
      `[${name}] ${who}: got a thread that ended (${loss}), needs all of them. Close the backend, create another, and go on from the last checkpoint.`,
    );
  const check = (who: string) => {
    if (loss !== undefined) throw lost(who);
  };
  members = await startThreads(name, memory, count, {
    onDone: waits.settle,
    onEnd(reason) {
      loss ??= reason;
      waits.fail(lost('read'));
      for (const member of members) void member.end();
    },
  });
  for (const member of members) member.keepAlive(false);

  return {
    threads: count,
    started: () => started,
    done,
    async load(id, module, work) {
      tell({ kind: 'load', id, module, work });
    },
    run(id, tables) {
      started++;
      tell({ kind: 'run', id, run: started, tables });
    },
    unload: (id) => tell({ kind: 'unload', id }),
    async until(run) {
      check('read');
      if (done() < run) await waits.add(run);
    },
    check,
    async close() {
      const open = members;
      members = [];
      await Promise.all(open.map((member) => member.end()));
      waits.fail(
        new VardropError(
          'VARDROP_DISPOSED',
          `[${name}] read: got a backend that was closed meanwhile, needs an open one.`,
        ),
      );
    },
  };
}
