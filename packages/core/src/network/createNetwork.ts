import { allTensors } from '../allParameters.js';
import { checkBackend } from '../backend/checkBackend.js';
import type { Backend } from '../backend/contract.js';
import { type CalibrationRule, readRules } from '../calibration/index.js';
import { checkBoolean } from '../checkBoolean.js';
import { checkFunction } from '../checkFunction.js';
import { checkObject } from '../checkObject.js';
import { checkOptionNames } from '../checkOptionNames.js';
import { VardropError } from '../errors.js';
import { writeTarget } from '../files/writeTarget.js';
import { firstNonFinite } from '../firstNonFinite.js';
import { formatValue } from '../formatValue.js';
import type { Model } from '../layers/model/model.js';
import { inModel } from '../likelihoods/heads.js';
import type { Likelihoods } from '../likelihoods/likelihood.js';
import { type ParameterPosterior, readPosterior } from '../posteriors/index.js';
import { readTensors } from '../readTensors.js';
import { networkFile } from '../safetensors/index.js';
import type { TensorMap } from '../tensorData.js';
import { type DataDigest, mostDigests } from '../training/index.js';
import { version as ownVersion } from '../version.js';
import { inputsOf } from './dataOf.js';
import { finishPrediction } from './finishPrediction.js';
import type { Network, NetworkKnowledge } from './network.js';
import { networkOptionsElsewhere, networkPredictOptionNames } from './optionNames.js';
import { predictWithRules } from './predictWithRules.js';
import { readKnowledge } from './readKnowledge.js';
import { isTableOrRows } from './rows.js';
import { serializeNetwork } from './serializeNetwork.js';

/** Options of `createNetwork`. */
export interface NetworkOptions extends NetworkKnowledge {
  readonly backend: Backend;
  /** Values of every parameter and running statistic of the model: `{ ...state.parameters, ...state.carried }`. */
  readonly parameters: TensorMap<ArrayLike<number>>;
  /** What parameters predictions are averaged over. Default: these alone. */
  readonly posterior?: ParameterPosterior;
  /** That of a network that was calibrated with `isotonic`, `conformal` or `selective`. Default: none. */
  readonly calibration?: readonly CalibrationRule[];
  /** That of a network that `fit` has trained. Default: none. */
  readonly trainedOn?: DataDigest;
}

/**
 * A network of a model and parameters at hand. A Float32Array among the parameters is not copied: do not change it afterwards.
 *
 * Throws `VARDROP_MODEL` without a model, `VARDROP_OPTION` for unknown options and names that are not texts, `VARDROP_STATE` for
 * parameters of another model, `VARDROP_NON_FINITE` for parameters that are not finite, `VARDROP_SHAPE` for another number of
 * classes or columns than the model has, `VARDROP_PREPROCESSING` for a preprocessing that is damaged or does not fit the model,
 * `VARDROP_CALIBRATION` for a calibration that does not fit the model, and what `readPosterior`, `checkBackend` and `headsOf` throw.
 */
export function createNetwork<Given extends Likelihoods>(model: Model<Given>, options: NetworkOptions): Network<Given> {
  checkObject('VARDROP_MODEL', '[createNetwork] model', model, 'apply', 'sequential()');
  checkOptionNames(
    'createNetwork',
    options,
    { backend: true, parameters: true, posterior: true, calibration: true, trainedOn: true, ...knowledgeNames },
    elsewhere,
  );
  checkBackend('createNetwork', options.backend);
  return networkOf(model, options, ownVersion);
}

/** The names of what a network knows, as options. */
export const knowledgeNames = { preprocessing: true, classes: true, columns: true } as const;

const elsewhere = { state: 'Write parameters: { ...state.parameters, ...state.carried }.', ...inModel };

/** The same for options that were checked; `version` is that of the file's writer. */
export function networkOf<Given extends Likelihoods>(
  model: Model<Given>,
  options: NetworkOptions,
  version: string,
): Network<Given> {
  const { backend } = options;
  const parameters = readParameters(model, options.parameters);
  const posterior =
    options.posterior === undefined ? undefined : readPosterior('createNetwork', model, options.posterior);
  const rules = options.calibration === undefined ? [] : readRules(model, options.calibration);
  const trainedOn = options.trainedOn === undefined ? undefined : readDigest(options.trainedOn);
  const { outputs, ...knowledge } = readKnowledge(model, options);
  const { preprocessing } = knowledge;
  const network: Network<Given> = {
    model,
    parameters,
    backend,
    version,
    ...(posterior && { posterior }),
    ...(rules.length > 0 && { calibration: rules }),
    ...(trainedOn && { trainedOn }),
    ...knowledge,
    async predict(inputs, predictOptions = {}) {
      checkOptionNames('network.predict', predictOptions, networkPredictOptionNames, networkOptionsElsewhere);
      const { preprocessed = false, ...others } = predictOptions;
      checkBoolean('[network.predict] preprocessed', preprocessed);
      if (preprocessing !== undefined && !preprocessed && !isTableOrRows(inputs)) throw withoutNames();
      const read = isTableOrRows(inputs) ? inputsOf('network.predict', preprocessing, inputs) : inputs;
      const about = { ...others, backend, parameters, posterior, inputs: read };
      return finishPrediction(model, outputs, await predictWithRules(model, about, rules));
    },
    async evaluate(data, evaluateOptions = {}) {
      // Metrics and distributions are loaded where they are used: a page that only predicts is a tenth smaller without.
      const { evaluateNetwork } = await import('./evaluateNetwork.js');
      return evaluateNetwork(network, outputs, data, evaluateOptions);
    },
    toBytes: () => serializeNetwork(network),
    save: async (path) => writeTarget(networkFile, path, serializeNetwork(network)),
    export(exporter, exportOptions) {
      if (exporter === undefined) throw noExporter();
      checkFunction('[network.export] exporter', exporter);
      return exporter(model, parameters, posterior ? { ...exportOptions, posterior } : exportOptions);
    },
  };
  return network;
}

function withoutNames(): VardropError {
  return new VardropError(
    'VARDROP_PREPROCESSING',
    "[network.predict] inputs: got numbers without names, needs a table, or rows with values by the names of their columns, for the preprocessing. Write [{ age: 41, city: 'Oslo' }]; for inputs that preprocess has made, say { preprocessed: true }.",
  );
}

function noExporter(): VardropError {
  return new VardropError(
    'VARDROP_OPTION',
    "[network.export] exporter: got nothing, needs a function such as exportOnnx of @vardrop/adapter-onnx. Write network.export(exportOnnx, { kind: 'mean' }).",
  );
}

function readDigest(given: DataDigest): DataDigest {
  const { rows, least } = (given ?? {}) as DataDigest;
  const isDigest = (value: unknown, i: number) =>
    Number.isInteger(value) && least[i] >= 0 && least[i] < 2 ** 32 && (i === 0 || least[i] > least[i - 1]);
  const isList = Array.isArray(least) && least.length <= mostDigests && least.every(isDigest);
  if (Number.isSafeInteger(rows) && rows > 0 && isList) return { rows, least: [...least] };
  throw new VardropError(
    'VARDROP_OPTION',
    `[createNetwork] trainedOn: got ${formatValue(given)}, needs { rows, least }, as a network has it. Leave it out.`,
  );
}

function readParameters(model: Model, given: TensorMap<ArrayLike<number>>): TensorMap {
  const read = readTensors('[createNetwork] parameter', allTensors(model), given, {
    remedy: 'Use the model that the parameters were trained with.',
  });
  for (const [name, { data }] of Object.entries(read)) {
    const bad = firstNonFinite(data);
    if (bad === -1) continue;
    throw new VardropError(
      'VARDROP_NON_FINITE',
      `[createNetwork] parameter '${name}': got ${data[bad]} at ${bad}, needs finite numbers. Take a state from before training diverged.`,
    );
  }
  return read;
}
