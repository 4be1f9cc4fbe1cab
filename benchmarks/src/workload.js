import * as bench from '@vardrop/experiments';

// Workload W, as `vardrop bench` defines it, for the scripts that profile a backend on it.
export { createRandom } from '@vardrop/experiments';
export const { widths, batch } = bench.workloadW;
export const { trainingSize, learningRate } = bench.workloadScales;

/** Matrix products of one step. @param {boolean} noise */
export const contractions = (noise) => bench.contractions(bench.workloadW, noise);

/** The model, its likelihood, optimizer and first state. @param {boolean} noise */
export const createWorkload = (noise) => bench.createWorkload(bench.workloadW, noise);

/** Images `[batch, 784]` and one-hot labels `[batch, 10]`. */
export const createMinibatch = () => bench.createMinibatch(bench.workloadW);
