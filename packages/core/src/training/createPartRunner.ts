import type { Tensors } from '../backend/contract.js';
import { elementCount } from '../program/shapes.js';
import { keyNames, noiseKeys } from '../streams.js';
import { createStepRuns } from './createStepRuns.js';
import { gradientName, gradientProgram } from './gradientProgram.js';
import { createSizedPrograms } from './sizedPrograms.js';
import type { StepParts, StepRunner } from './stepRunner.js';
import { splitParameters } from './trainable.js';
import { updateProgram } from './updateProgram.js';
import { uploadAll } from './uploadAll.js';

/**
 * Computes steps in parts of `size` rows: gradients are summed on the backend, and one update follows. Rows are scaled for the
 * whole minibatch, noise depends on the row of the minibatch, and the KL counts with the first part, so that the step is that of
 * the whole minibatch up to rounding.
 */
export function createPartRunner(parts: StepParts, size: number): StepRunner {
  const { model, backend, optimizer, trainable, seed } = parts;
  const { free, withInputs, resultOf } = createStepRuns(parts);
  const gradients = createSizedPrograms(backend, gradientProgram(model, trainable));
  const updates = createSizedPrograms(backend, updateProgram(model, optimizer, trainable));
  const names = keyNames(gradients.source);
  const { trained } = splitParameters(model, trainable);
  // Sums begin with the same tensors in every step.
  let zeros: Tensors | undefined;
  const zeroSums = (): Tensors => {
    const empty = trained.map(({ name, shape }) => {
      return [gradientName(name), { shape, data: new Float32Array(elementCount(shape)) }] as const;
    });
    return uploadAll(backend, Object.fromEntries(empty));
  };

  return {
    async run(tensors, minibatch, { step, scales }, failed) {
      const { rows } = minibatch;
      const update = await updates.of(undefined);
      zeros ??= zeroSums();
      let sums = zeros;
      const total = { loss: 0, dataTerm: 0, kl: 0 };
      try {
        for (let row = 0; row < rows; row += size) {
          const count = Math.min(size, rows - row);
          const program = await gradients.of(count);
          const scalars = { klScale: row === 0 ? scales.klScale : 0 };
          await withInputs(minibatch, [row, count], scalars, async (inputs) => {
            const keys = noiseKeys(names, seed, 'training', step, row);
            const run = program.run({ ...tensors, ...sums }, [{ inputs, keys }]);
            const result = await resultOf(run, (part) => failed({ result: part, inputs, keys }));
            if (sums !== zeros) free(sums);
            sums = run.carried;
            total.loss += result.loss;
            total.dataTerm += result.dataTerm;
            total.kl = result.kl;
          });
        }
        const scalars = Object.entries(optimizer.scalars(step + 1, scales.learningRateFactor)).map(([name, value]) => {
          return [name, { shape: [], data: Float32Array.of(value) }] as const;
        });
        const inputs = uploadAll(backend, Object.fromEntries(scalars));
        try {
          return { carried: update.run({ ...tensors, ...sums }, [{ inputs }]).carried, result: total };
        } finally {
          free(inputs);
        }
      } finally {
        if (sums !== zeros) free(sums);
      }
    },
    dispose() {
      gradients.dispose();
      updates.dispose();
      if (zeros) free(zeros);
    },
  };
}
