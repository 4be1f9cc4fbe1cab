import { contractions, gigaflop } from './contractions.js';
import { type Workload, workloadW } from './workload.js';

/**
 * The workloads of a benchmark, the lightest first: layers of 100 to 2000 units on minibatches of 100, and minibatches of 1 to
 * 1000 for layers of 500 (1000: workload W). Quick: only the batches of 1, 100 and 1000.
 */
export function benchWorkloads(quick: boolean): readonly Workload[] {
  const sized = (units: number, batch: number): Workload => ({
    name: `${units} units, batch ${batch}`,
    widths: [784, units, units, units, 10],
    batch,
  });
  const small = quick
    ? [sized(500, 1), sized(500, 100)]
    : [sized(500, 1), sized(500, 10), sized(500, 100), sized(100, 100), sized(1000, 100), sized(2000, 100)];
  const work = (workload: Workload) => gigaflop(contractions(workload, true));
  return [...small, workloadW].sort((a, b) => work(a) - work(b));
}
