import { ensemble } from '@vardrop/core';
import { writeOutput } from '../files/output.js';
import type { TrainOptions } from '../trainOptions.js';
import { type PlannedRun, type Run, testNetwork } from './trainAndTest.js';

/** The members of an ensemble: the same training from seeds one after the other. None of them is the network of the file. */
export function membersOf(one: PlannedRun, count: number): readonly PlannedRun[] {
  return Array.from({ length: count }, (_, i) => {
    const options = { ...one.options, seed: (one.options.seed + i) % 2 ** 32, network: undefined };
    return { ...one, options, label: `member ${i + 1}` };
  });
}

/**
 * The members whose training went to its end, and their ensemble, whose network goes into the file. After Ctrl-C with less than two such
 * members there is no ensemble, and the first member is the network.
 */
export async function withEnsemble(runs: readonly Run[], { network: path }: TrainOptions): Promise<readonly Run[]> {
  const whole = runs.filter(({ trained }) => trained.stopped !== 'aborted');
  if (whole.length < 2) {
    if (path !== undefined) await writeOutput({ option: '--network', path }, runs[0].network.toBytes());
    return runs;
  }
  const [first] = whole;
  const last = whole[whole.length - 1];
  const spent = whole.reduce((sum, { summary }) => sum + summary.seconds, 0);
  const about = { trained: last.trained, started: performance.now() - 1000 * spent };
  const network = ensemble(whole.map((run) => run.network));
  const options = { ...first.options, network: path };
  const together = await testNetwork(network, about, { ...first, options, label: `ensemble of ${whole.length}` });
  return [...whole, together];
}
