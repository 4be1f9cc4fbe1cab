import { adam, logAlphas, type Model, piecewiseLinear, type TensorMap } from '@vardrop/core';
import type { Trial } from '../experiment.js';
import type { ImageData } from '../imageData.js';
import { pairedStart } from '../training/pairedStart.js';
import { testError } from '../training/testError.js';
import { trainToEnd } from '../training/trainToEnd.js';
import { type DropoutName, dropoutModels, dropoutNetwork, hiddenLayers } from './dropoutModels.js';
import { type ErrorPlan, fallFrom } from './errorPlan.js';
import { type ErrorResult, errorPattern } from './errorResult.js';

/** One training of one model. The same seed gives all models the same initial weights and the same order of the data. */
export function errorTrial(
  { name, width, seed }: { readonly name: DropoutName; readonly width: number; readonly seed: number },
  { epochs, batch, learningRate }: ErrorPlan,
  data: ImageData,
): Trial {
  return {
    key: `${name}-${width}-${seed}`,
    label: `${dropoutModels[name].label}, ${width} units, seed ${seed}`,
    cost: epochs * Math.ceil(data.train.targets.length / batch) * secondsPerStep(name, width, batch, data),
    async run(context) {
      const shape = { inputs: data.inputs, width, classes: data.classes };
      const model = dropoutNetwork(name, shape);
      const optimizer = adam({ learningRate });
      const options = {
        data: data.train,
        epochs,
        batch,
        optimizer,
        state: pairedStart(model, dropoutNetwork('none', shape), optimizer, seed),
        learningRateFactor: piecewiseLinear([fallFrom * epochs, 1], [epochs, 0]),
        klWeight: dropoutModels[name].klWeight ?? 0,
      };
      const { state, dataTerm } = await trainToEnd(model, context, options, context.progress);
      const error = await testError(model, context, state.parameters, data.test);
      const alphas = meanAlphas(model, state.parameters);
      return { model: name, width, seed, error, dataTerm, alphas } satisfies ErrorResult;
    },
    accepts: errorPattern({ model: name, width, seed }),
  };
}

function meanAlphas(model: Model, parameters: TensorMap): number[] {
  return Object.values(logAlphas(model, parameters)).map(
    ({ values }) => values.reduce((sum, logAlpha) => sum + Math.exp(logAlpha), 0) / values.length,
  );
}

/** Estimate for a backend of 20 GFLOP/s that makes 20 million random numbers a second, and needs 1 ms per step besides. */
function secondsPerStep(name: DropoutName, width: number, batch: number, { inputs, classes }: ImageData): number {
  const weights = width * (inputs + (hiddenLayers - 1) * width + classes);
  const typeB = name.endsWith('-b');
  const noise = name === 'none' ? 0 : hiddenLayers * width + (typeB ? classes : inputs);
  return 1e-3 + (6 * batch * weights * (typeB ? 2 : 1)) / 2e10 + (batch * noise) / 2e7;
}
