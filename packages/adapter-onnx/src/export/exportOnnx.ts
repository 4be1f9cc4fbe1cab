import {
  describeModel,
  type Model,
  type MomentsOptions,
  type ParameterPosterior,
  type TensorMap,
  VardropError,
} from '@vardrop/core';
import {
  checkBoolean,
  checkChoice,
  checkObject,
  checkOptionNames,
  formatValue,
  readTensors,
} from '@vardrop/core/backend';
import {
  allTensors,
  headsOf,
  inModel,
  momentsProgram,
  type ParameterSpecification,
  posteriorInput,
  readPosterior,
} from '@vardrop/core/extend';
import type { GraphBuilder, Opset } from '../model/graph.js';
import { checkOpset, emitModel } from './emitModel.js';
import { finishModel } from './finishModel.js';
import { meanProgram } from './meanProgram.js';
import { emitSampleModel } from './sampleModel.js';
import { type StorageOptions, weightFormats } from './storeTensor.js';

/** What an exported network computes, see `exportOnnx`. */
export type ExportKind = (typeof exportKinds)[number];

/** All kinds of exported networks. */
export const exportKinds = ['mean', 'moments', 'sample'] as const;

/** How a network is exported. */
export interface ExportOptions extends StorageOptions {
  readonly kind: ExportKind;
  /**
   * Version of ONNX's standard operators for kind `sample`, 18 where left out. 17 is for tools that know no later
   * version: it has no exclusive or of integers, and noise without it takes many times as long and 32 times the memory.
   */
  readonly opset?: Opset;
  /**
   * What parameters each sample draws first, as `network.export` passes that of its network. Kind `sample` has it in the graph, and `samples`
   * have to be a multiple of the members of an ensemble, so that each counts as much. Kind `moments` has the variance that last-layer
   * Laplace gives the outputs. Kind `mean` has the parameters alone, which are its
   * mean; an ensemble has none.
   */
  readonly posterior?: ParameterPosterior;
  /** Of kind `moments`: how moments are carried. */
  readonly moments?: MomentsOptions;
}

/**
 * A trained network as a standalone ONNX file, which any ONNX Runtime loads. Inputs of every kind: those of the model by name
 * (`x`), float32 `[batch, …inputShape]`, any number of rows; whole numbers, such as rows of an embedding, are float32 too. Outputs
 * are float32 with `batch` rows. With several outputs of the model their names begin with that of the output: `<output>/mean`.
 *
 * - `mean`: one pass with the weights' means. For labels `logits` and `probabilities` `[batch, classes]`; for binary targets
 *   `logits` and `probabilities` (of 1) `[batch, …targetShape]`; for numbers `mean` and `aleatoricVariance`
 *   `[batch, …targetShape]`. Opset 17.
 * - `moments`: `mean` and `variance` `[batch, …outputShape]` of the model's outputs under the noise of all its layers, in one pass and without
 *   samples: core's `momentsProgram`, with its options `moments`. For labels these are logits; their probabilities on average are about those of
 *   `mean / √(1 + π variance / 8)` (MacKay 1992). For numbers the noise of the targets adds its own variance. Opset 17.
 * - `sample`: the Monte-Carlo predictive, `predict` in the graph. Further inputs, int64 scalars: `seed` (0 to 2⁵³ − 1),
 *   `samples` (from 1), `row` (index of the first row of `x`: 0, or where a cut of the data starts). A row's noise
 *   depends on its index, not on the cut, and is bit for bit that of the library for the same seed. For labels
 *   `probabilities` `[batch, classes]`, `entropy` and `mutualInformation` `[batch]` in nats; for binary targets the same,
 *   `[batch, …targetShape]` each; for numbers `mean`, `epistemicVariance`, `aleatoricVariance` `[batch, …targetShape]`. No
 *   samples give NaN. Opset 18, or `opset`.
 *
 * Parameters and running statistics are stored under their names (`dense1/weights`), as far as the kind needs them, and not
 * changed; pruned networks (`prune`) are smaller files. The file says what it holds, see `describeOnnx`.
 *
 * @param parameters as in `TrainingState`, for a model with running statistics `{ ...state.parameters, ...state.carried }`; others
 * than the model's and its likelihood's are ignored; their numbers are rounded to float32
 * @throws VardropError `VARDROP_MODEL` for no model, `VARDROP_OPTION` for another kind or opset, or a likelihood beside the model,
 * `VARDROP_STATE` for parameters of another model, `VARDROP_TYPE` for data that are no numbers, `VARDROP_NON_FINITE`
 * for parameters that are not finite, what core throws for a posterior, `VARDROP_SHAPE` for outputs that do not fit the likelihood, `VARDROP_EXPORT` for
 * samples of a model without noise, or more than 2 GiB, `VARDROP_MOMENTS` for moments that core cannot tell
 */
export function exportOnnx(
  model: Model,
  parameters: TensorMap<ArrayLike<number>>,
  options: ExportOptions,
): Uint8Array<ArrayBuffer> {
  checkObject('VARDROP_MODEL', '[exportOnnx] model', model, 'apply', 'sequential()');
  if (options) checkOptionNames('exportOnnx', options, optionNames, inModel);
  const { kind, opset, posterior: given, moments, weights, sparse }: Partial<ExportOptions> = options ?? {};
  if (kind === undefined || !exportKinds.includes(kind)) {
    throw new VardropError(
      'VARDROP_OPTION',
      `[exportOnnx] kind: got ${formatValue(kind)}, needs one of ${exportKinds.join(', ')}. Write for instance { kind: 'mean' }.`,
    );
  }
  if (moments !== undefined && kind !== 'moments') {
    throw new VardropError(
      'VARDROP_OPTION',
      `[exportOnnx] moments: got ${formatValue(moments)} with kind '${kind}', needs kind 'moments'. Leave it out.`,
    );
  }
  if (weights !== undefined) checkChoice('VARDROP_OPTION', '[exportOnnx] weights', weights, weightFormats);
  if (sparse !== undefined) checkBoolean('[exportOnnx] sparse', sparse);
  const heads = headsOf('exportOnnx', model);
  checkOpset('exportOnnx', opset);
  const stored = storedParameters(allTensors(model), parameters);
  const posterior = given === undefined ? undefined : checkPosterior(model, kind, given);
  const names = heads.map(
    ({ output, ...head }) => `${heads.length > 1 ? `${output.name}: ` : ''}${head.likelihood.name}`,
  );
  return finishModel(`vardrop ${kind}`, emit(model, stored, { kind, opset, posterior, moments, weights, sparse }), {
    documentation: documentation[kind],
    metadata: {
      ...{ kind, likelihood: names.join(', '), model: describe(model) },
      ...(posterior && { posterior: JSON.stringify({ kind: posterior.kind, settings: posterior.settings }) }),
    },
  });
}

const optionNames = {
  kind: true,
  opset: true,
  posterior: true,
  moments: true,
  weights: true,
  sparse: true,
} as const satisfies Readonly<Record<keyof ExportOptions, true>>;

/** The description of a network as text; `null` where a part does not say how it is made. */
function describe(model: Model): string {
  try {
    return JSON.stringify(describeModel(model));
  } catch (error) {
    if (error instanceof VardropError && error.code === 'VARDROP_DESCRIPTION') return 'null';
    throw error;
  }
}

function emit(
  model: Model,
  stored: TensorMap,
  { kind, opset, posterior, moments, ...storage }: ExportOptions,
): GraphBuilder {
  switch (kind) {
    case 'mean':
      return emitModel(meanProgram(model), { stored, storage });
    case 'moments':
      return emitModel(momentsProgram(model, { ...moments, ...(posterior && { posterior }) }), {
        stored: { ...stored, ...posteriorTensors(posterior) },
        storage,
      });
    case 'sample':
      return emitSampleModel(model, stored, { opset, posterior, storage });
  }
}

/** Tensors of a posterior by the names of their inputs. */
function posteriorTensors(posterior: ParameterPosterior | undefined): TensorMap {
  const all = Object.entries(posterior?.tensors ?? {});
  return Object.fromEntries(all.map(([name, tensor]) => [posteriorInput(name), tensor]));
}

/** A posterior that the model has, for a kind that can hold it. */
function checkPosterior(model: Model, kind: ExportKind, given: ParameterPosterior): ParameterPosterior {
  const posterior = readPosterior('exportOnnx', model, given);
  if (kind === 'sample' || (kind === 'mean' && posterior.kind !== 'ensemble')) return posterior;
  if (kind === 'moments' && posterior.kind === 'laplace') return posterior;
  throw new VardropError(
    'VARDROP_EXPORT',
    `[exportOnnx] kind: got '${kind}' for a posterior of kind '${posterior.kind}', needs 'sample', which draws from it. Write { kind: 'sample' }.`,
  );
}

/** The documentation in the file. */
const documentation: Readonly<Record<ExportKind, string>> = {
  mean: 'Prediction with the means of the weights.',
  moments: "Mean and variance of the model's outputs under the noise of all its layers, in closed form.",
  sample:
    'Monte-Carlo prediction. seed: 0 to 2^53 - 1; samples: at least 1; row: index of the first row of x, 0 unless the data were cut. Entropy and mutual information are in nats.',
};

/** The parameters that are needed, as float32. Refuses `NaN` and infinities. */
function storedParameters(needed: readonly ParameterSpecification[], given: TensorMap<ArrayLike<number>>): TensorMap {
  const stored = readTensors('[exportOnnx] parameter', needed, given, {
    remedy: 'Use the model that the parameters were trained with.',
  });
  for (const [name, { data }] of Object.entries(stored)) {
    const bad = data.findIndex((value) => !Number.isFinite(value));
    if (bad === -1) continue;
    throw new VardropError(
      'VARDROP_NON_FINITE',
      `[exportOnnx] parameter '${name}': got ${data[bad]} at index ${bad}, needs finite numbers. Export a state from before training diverged.`,
    );
  }
  return stored;
}
