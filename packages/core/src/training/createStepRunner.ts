import { keyNames, noiseKeys } from '../streams.js';
import { createPartRunner } from './createPartRunner.js';
import { createStepRuns } from './createStepRuns.js';
import { createSizedPrograms } from './sizedPrograms.js';
import type { StepParts, StepRunner } from './stepRunner.js';
import { trainingProgram } from './trainingProgram.js';

/** Prepares training steps. A minibatch of more rows than `microBatch` is computed in parts: see `createPartRunner`. */
export function createStepRunner(parts: StepParts): StepRunner {
  const { model, backend, optimizer, trainable, seed, microBatch = Number.POSITIVE_INFINITY } = parts;
  const programs = createSizedPrograms(backend, trainingProgram(model, optimizer, trainable));
  const names = keyNames(programs.source);
  const { withInputs, resultOf } = createStepRuns(parts);
  const inParts = microBatch === Number.POSITIVE_INFINITY ? undefined : createPartRunner(parts, microBatch);

  const runWhole: StepRunner['run'] = async (tensors, minibatch, { step, scales }, failed) => {
    const { rows } = minibatch;
    const program = await programs.of(rows);
    const scalars = {
      klScale: scales.klScale,
      ...optimizer.scalars(step + 1, scales.learningRateFactor),
    };
    return withInputs(minibatch, [0, rows], scalars, async (inputs) => {
      const keys = noiseKeys(names, seed, 'training', step);
      const run = program.run(tensors, [{ inputs, keys }]);
      // Made while a backend computes on another thread or device. After the very last step this noise is not used.
      const prepare = () => program.prepareNoise([noiseKeys(names, seed, 'training', step + 1)]);
      const result = await resultOf(run, (part) => failed({ result: part, inputs, keys }), prepare);
      return { carried: run.carried, result };
    });
  };

  return {
    run: (...step) => {
      const [, { rows }] = step;
      return inParts && rows > microBatch ? inParts.run(...step) : runWhole(...step);
    },
    dispose() {
      programs.dispose();
      inParts?.dispose();
    },
  };
}
