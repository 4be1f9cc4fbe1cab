// A process of its own for a backend under test, so that the command survives any failure of the backend. The first message is
// the request.
import { laws, runSuite, selectLaws } from '@vardrop/conformance';
import { backendFactory } from '../backends/backendFactory.js';
import type { LawMessage, LawRequest } from './lawMessages.js';

/** Milliseconds between two messages about cases, of which there are thousands per second. */
const pause = 100;

const tell = (message: LawMessage) => process.send?.(message);

async function answer({ target, laws: ids, effort, seed, replay, caseTimeout }: LawRequest): Promise<void> {
  let last = { law: '', property: '', at: 0 };
  try {
    const create = await backendFactory('vardrop conformance', target);
    const result = await runSuite({
      name: target,
      create: async () => {
        const backend = await create();
        tell({ kind: 'started' });
        return backend;
      },
      createTimeout: caseTimeout,
      caseTimeout,
      effort,
      seed,
      replay,
      laws: selectLaws(laws, ids),
      onResult: (each) => tell({ kind: 'result', result: each }),
      onCase: (law, property) => {
        const at = performance.now();
        if (law === last.law && property === last.property && at - last.at < pause) return;
        last = { law, property, at };
        tell({ kind: 'case', law, property });
      },
    });
    tell({ kind: 'end', seed: result.seed });
  } catch (error) {
    const { code, message, stack } =
      error instanceof Error ? (error as Error & { code?: string }) : { message: `${error}` };
    tell({ kind: 'error', code, message, stack });
  }
  process.disconnect?.();
}

// Ctrl-C reaches this process too. The command decides when it ends.
process.on('SIGINT', () => undefined);
// Without the command the results are not needed.
process.on('disconnect', () => process.exit());
process.once('message', (request) => void answer(request as LawRequest));
