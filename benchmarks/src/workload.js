import { createTrainer } from '@vardrop/core/extend';
import * as bench from '@vardrop/experiments';

// Workload W, as `vardrop bench` defines it, for the scripts that profile a backend on it.
export const { widths, batch } = bench.workloadW;
const { trainingSize } = bench.workloadScales;

/** Matrix products of one step. @param {boolean} noise */
export const contractions = (noise) => bench.contractions(bench.workloadW, noise);

/** 10⁹ multiplications and additions in the products of a step with noise. */
export const gigaflop = bench.gigaflop(contractions(true));

/** Images `[batch, 784]` and one-hot labels `[batch, 10]`. */
export const createMinibatch = () => bench.createMinibatch(bench.workloadW);

/**
 * A trainer, and a step of it on one minibatch, always the same; `program` is what the backend was given to compile.
 *
 * @param {import('@vardrop/core').Backend} backend
 * @param {boolean} noise
 * @param {import('@vardrop/experiments').Workload} [workload]
 */
export function createStep(backend, noise, workload = bench.workloadW) {
  /** @type {import('@vardrop/core/program').Program | undefined} */
  let program;
  const noting = {
    ...backend,
    compile: (/** @type {import('@vardrop/core/program').Program} */ given) => {
      program = given;
      return backend.compile(given);
    },
  };
  const { model, ...parts } = bench.createWorkload(workload, noise);
  const trainer = createTrainer(model, { backend: noting, ...parts });
  const minibatch = bench.createMinibatch(workload);
  return {
    trainer,
    run: () => trainer.run(minibatch, { learningRateFactor: 1, klScale: 1 / trainingSize }),
    program: () => /** @type {import('@vardrop/core/program').Program} */ (program),
  };
}
