import {
  adam,
  initialState,
  type Likelihood,
  localReparametrization,
  logUniformSigmoid,
  type Model,
  piecewiseLinear,
  prune,
  sparseVariational,
} from '@vardrop/core';
import { modelParts } from '@vardrop/core/extend';
import { elementCount } from '@vardrop/core/program';
import type { Trial, TrialContext } from '../experiment.js';
import type { ImageData } from '../imageData.js';
import { pairedStart } from '../training/pairedStart.js';
import { testError } from '../training/testError.js';
import { trainToEnd } from '../training/trainToEnd.js';
import { keepZeros } from './keepZeros.js';
import { lenet } from './lenet.js';
import { lenetSizes } from './lenetSizes.js';
import { plainNetwork, readNetwork, type StoredNetwork, writeNetwork } from './networkFile.js';
import { klWeight, type SparsityPlan } from './sparsityPlan.js';
import {
  type DenseResult,
  densePattern,
  type LayerResult,
  type SparseResult,
  sparsePattern,
} from './sparsityResult.js';

/** Names of the files that the trials of a seed save. */
const networkFiles = {
  dense: (seed: number) => `sparsity-dense-${seed}.safetensors`,
  pruned: (seed: number) => `sparsity-pruned-${seed}.safetensors`,
  tuned: (seed: number) => `sparsity-tuned-${seed}.safetensors`,
} as const;

/** The dense network of a seed, trained like the sparse one, but without noise. */
export function denseTrial(seed: number, plan: SparsityPlan, data: ImageData): Trial {
  return {
    key: `dense-${seed}`,
    label: `dense network, seed ${seed}`,
    cost: plan.epochs * secondsPerEpoch(plan, data, 1),
    async run(context) {
      const model = plainNetwork(lenetSizes(plan, data));
      const options = trainingOptions(model, seed, plan, data);
      const { state } = await trainToEnd(model, context, options, context.progress);
      const stored = await store(networkFiles.dense(seed), { model, parameters: state.parameters }, context, data);
      return { network: 'dense', seed, error: stored.error, bytes: stored.bytes } satisfies DenseResult;
    },
    accepts: densePattern(seed),
  };
}

/** The sparse network of a seed: trained, pruned, and fine-tuned without noise. */
export function sparseTrial(seed: number, plan: SparsityPlan, data: ImageData): Trial {
  const { kl, threshold, fineTuning } = plan;
  const training = plan.epochs * secondsPerEpoch(plan, data, 2);
  const tuning = fineTuning.epochs * secondsPerEpoch(plan, data, 1);
  const trainingShare = training / (training + tuning);
  return {
    key: `sparse-${seed}`,
    label: `sparse network, seed ${seed}`,
    cost: training + tuning,
    async run(context) {
      const model = sparseNetwork(plan, data);
      const { state } = await trainToEnd(
        model,
        context,
        {
          ...trainingOptions(model, seed, plan, data),
          klWeight: piecewiseLinear([kl.from, 0], [kl.to, klWeight(plan, data.train.targets.length)]),
        },
        (share) => context.progress(share * trainingShare),
      );
      const unprunedError = await testError(model, context, state.parameters, data.test);
      const { parameters, report } = prune(model, state.parameters, { threshold, preserve: 'mean' });
      const units = report.layers.map(({ keptUnits }) => keptUnits.length);
      const pruned = { model: plainNetwork({ ...lenetSizes(plan, data), units }), parameters };
      const stored = await store(networkFiles.pruned(seed), pruned, context, data);
      const tuned = await fineTune(stored.network, seed, plan, data, context, (share) =>
        context.progress(trainingShare + share * (1 - trainingShare)),
      );
      const storedTuned = await store(networkFiles.tuned(seed), tuned, context, data);
      return {
        network: 'sparse',
        seed,
        unprunedError,
        error: stored.error,
        tunedError: storedTuned.error,
        layers: report.layers.map(
          ({ weightsBefore, nonZero, unitsBefore, keptUnits }): LayerResult => ({
            weights: weightsBefore,
            nonZero,
            units: unitsBefore,
            unitsLeft: keptUnits.length,
          }),
        ),
        tunedNonZero: nonZeroWeights(storedTuned.network),
        weightsStored: report.weightsAfter,
        bytes: stored.bytes,
      } satisfies SparseResult;
    },
    accepts: sparsePattern(seed, plan.hidden.length + 1),
  };
}

/** Number of weights other than 0, without biases. */
function nonZeroWeights({ model, parameters }: StoredNetwork): number {
  return modelParts(model)
    .map(({ name }) => parameters[`${name}/weights`].data.reduce((count, weight) => count + (weight === 0 ? 0 : 1), 0))
    .reduce((sum, count) => sum + count, 0);
}

/** In a convolution each place of an image has noise of its own, as in the code of the paper. */
function sparseNetwork(plan: SparsityPlan, data: ImageData): Model<Likelihood<'labels'>> {
  return lenet(lenetSizes(plan, data), {
    noise: sparseVariational({ logVariance: plan.logVariance }),
    estimator: localReparametrization(),
    divergence: logUniformSigmoid(),
  });
}

/** What the dense and the sparse network have in common. */
function trainingOptions(model: Model, seed: number, plan: SparsityPlan, data: ImageData) {
  const { epochs, batch, learningRate, fallsFrom } = plan;
  const optimizer = adam({ learningRate });
  return {
    data: data.train,
    state: pairedStart(model, plainNetwork(lenetSizes(plan, data)), optimizer, seed),
    epochs,
    batch,
    optimizer,
    learningRateFactor: piecewiseLinear([fallsFrom, 1], [epochs, 0]),
  };
}

/** Trains those weights of a pruned network that are not 0, without noise and without KL. */
async function fineTune(
  { model, parameters }: StoredNetwork,
  seed: number,
  { batch, fineTuning }: SparsityPlan,
  data: ImageData,
  context: TrialContext,
  progress: (share: number) => void,
): Promise<StoredNetwork> {
  const optimizer = keepZeros(adam({ learningRate: fineTuning.learningRate }));
  const start = initialState(model, optimizer, seed);
  const { state } = await trainToEnd(
    model,
    context,
    {
      data: data.train,
      state: { ...start, parameters },
      epochs: fineTuning.epochs,
      batch,
      optimizer,
      learningRateFactor: piecewiseLinear([0, 1], [fineTuning.epochs, 0]),
    },
    progress,
  );
  return { model, parameters: state.parameters };
}

/** Saves a network and returns its size. */
async function store(
  name: string,
  network: StoredNetwork,
  context: TrialContext,
  data: ImageData,
): Promise<{ readonly network: StoredNetwork; readonly bytes: number; readonly error: number }> {
  const bytes = writeNetwork(network);
  const read = readNetwork(bytes);
  const error = await testError(read.model, context, read.parameters, data.test);
  await context.save(name, bytes);
  return { network: read, bytes: bytes.length, error };
}

/** Estimate for a backend of 20 GFLOP/s with 1 ms per step besides the contractions, and this many contractions per layer. */
function secondsPerEpoch(plan: SparsityPlan, data: ImageData, contractions: number): number {
  const images = data.train.targets.length;
  const products = modelParts(plainNetwork(lenetSizes(plan, data)))
    .map(({ layer: { outputShape }, part: { weightShape } }) => {
      const places = elementCount(outputShape.slice(0, -1));
      return places * elementCount(weightShape);
    })
    .reduce((sum, count) => sum + count, 0);
  return Math.ceil(images / plan.batch) * 1e-3 + (6 * contractions * products * images) / 2e10;
}
