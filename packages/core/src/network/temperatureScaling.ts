import { checkOptionNames } from '../checkOptionNames.js';
import { VardropError } from '../errors.js';
import { type EvaluateOptions, evaluateInUnits } from '../evaluation/index.js';
import type { Model } from '../layers/model/model.js';
import { replaceLayers } from '../layers/model/replaceLayers.js';
import { type BinaryOptions, binary } from '../likelihoods/binary.js';
import { type CategoricalOptions, categorical } from '../likelihoods/categorical.js';
import { headsOf } from '../likelihoods/heads.js';
import type { Likelihood, Likelihoods } from '../likelihoods/likelihood.js';
import { version } from '../version.js';
import { networkOf } from './createNetwork.js';
import { datasetOf } from './dataOf.js';
import { goldenSection } from './goldenSection.js';
import type { Network, NetworkPredictOptions } from './network.js';
import { isTableOrRows, type TableOrRows } from './rows.js';

/** Options of `temperatureScaling`. */
export interface TemperatureScalingOptions
  extends Pick<NetworkPredictOptions, 'samples' | 'mode' | 'batch' | 'seed' | 'signal'> {
  /** Rows that the network was not trained on, as `evaluate` takes them. */
  readonly data: EvaluateOptions['data'] | TableOrRows;
}

/**
 * The network with outputs that are divided by the temperature under which the negative log likelihood of the data is least (Guo, Pleiss,
 * Sun & Weinberger 2017): that of the average over samples, each of which has the temperature. It changes how sure predictions are; the
 * most probable class of a single sample stays. It is an option of the likelihood, so programs, network files and ONNX files have it. It is
 * between 0.05 and 20, found within 0.1 %. Takes about twenty evaluations of the data.
 *
 * Throws `VARDROP_TEMPERATURE` for other likelihoods than `categorical` and `binary`, and for several outputs; and what `evaluate` throws.
 */
export async function temperatureScaling<Given extends Likelihoods>(
  network: Network<Given>,
  options: TemperatureScalingOptions,
): Promise<Network<Given>> {
  checkOptionNames('temperatureScaling', options, optionNames);
  const { data: given, ...forEvaluate } = options;
  const { model, backend, parameters, posterior, preprocessing, classes, columns } = network;
  const make = tempered(model);
  const data = isTableOrRows(given) ? datasetOf('temperatureScaling', model, preprocessing, given) : given;
  const about = { ...forEvaluate, backend, parameters, posterior, data };
  const best = await goldenSection(
    async (log) => -nllOf(await evaluateInUnits(withLikelihood(model, make(Math.exp(log))), about, new Map())),
    { low: Math.log(0.05), high: Math.log(20), within: 1e-3 },
  );
  const knowledge = preprocessing ? { preprocessing } : { classes, columns };
  const scaled = withLikelihood(model, make(Math.exp(best)));
  return networkOf(scaled, { backend, parameters, posterior, ...knowledge }, version);
}

const optionNames: Readonly<Record<keyof TemperatureScalingOptions, true>> = {
  ...{ data: true, samples: true, mode: true, batch: true, seed: true, signal: true },
};

const nllOf = ({ nll }: { readonly nll: number }) => nll;

/** The model's likelihood with another temperature. */
function tempered(model: Model): (temperature: number) => Likelihood {
  const heads = headsOf('temperatureScaling', model);
  const [{ likelihood }] = heads;
  const options = likelihood.recipe?.options;
  if (heads.length === 1 && likelihood.recipe?.part === 'categorical')
    return (temperature) => categorical({ ...(options as CategoricalOptions), temperature });
  if (heads.length === 1 && likelihood.recipe?.part === 'binary')
    return (temperature) => binary({ ...(options as BinaryOptions), temperature });
  const got = heads.length > 1 ? `a model with ${heads.length} outputs` : `the likelihood ${likelihood.name}`;
  throw new VardropError(
    'VARDROP_TEMPERATURE',
    `[temperatureScaling] network: got ${got}, needs one output with categorical() or binary(). For numbers use conformal.`,
  );
}

/** The same model, whose outputs mean something else. */
function withLikelihood<Given extends Likelihoods>(model: Model<Given>, likelihood: Likelihood): Model<Given> {
  // Targets stay of one kind.
  return replaceLayers(
    { ...model, options: { ...model.options, likelihood: likelihood as unknown as Given } },
    () => undefined,
  );
}
