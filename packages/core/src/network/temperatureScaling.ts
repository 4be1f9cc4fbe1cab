import { checkOptionNames } from '../checkOptionNames.js';
import { VardropError } from '../errors.js';
import { evaluateInUnits } from '../evaluation/index.js';
import type { Model } from '../layers/model/model.js';
import { replaceLayers } from '../layers/model/replaceLayers.js';
import { type BinaryOptions, binary } from '../likelihoods/binary.js';
import { type CategoricalOptions, categorical } from '../likelihoods/categorical.js';
import { headsOf } from '../likelihoods/heads.js';
import type { Likelihood, Likelihoods } from '../likelihoods/likelihood.js';
import { calibrationOptionNames, calibrationRows, type NetworkCalibrationOptions } from './calibrationRows.js';
import { changed } from './changed.js';
import { datasetOf } from './dataOf.js';
import { goldenSection } from './goldenSection.js';
import type { Network } from './network.js';
import { isTableOrRows } from './rows.js';

/** Options of `temperatureScaling`. */
export type TemperatureScalingOptions = NetworkCalibrationOptions;

/**
 * The network with outputs that are divided by the temperature under which the negative log likelihood of the data is least (Guo, Pleiss,
 * Sun & Weinberger 2017): that of the average over samples, each of which has the temperature. It changes how sure predictions are; the
 * most probable class of a single sample stays. It is an option of the likelihood, so programs, network files and ONNX files have it. It is
 * between 0.05 and 20, found within 0.1 %. Takes about twenty evaluations of the data.
 * Earlier rules of `isotonic`, `conformal` and `selective` are removed, since they hold for other probabilities.
 *
 * Throws `VARDROP_TEMPERATURE` for other likelihoods than `categorical` and `binary`, and for several outputs; and what `evaluate` throws.
 */
export async function temperatureScaling<Given extends Likelihoods>(
  network: Network<Given>,
  options: TemperatureScalingOptions,
): Promise<Network<Given>> {
  checkOptionNames('temperatureScaling', options, calibrationOptionNames);
  const { data: given, onWarning: _, ...forEvaluate } = options;
  const { model, backend, parameters, posterior, preprocessing } = network;
  const make = tempered(model);
  await calibrationRows('temperatureScaling', network, options);
  const data = isTableOrRows(given) ? datasetOf('temperatureScaling', model, preprocessing, given) : given;
  const about = { ...forEvaluate, backend, parameters, posterior, data };
  const best = await goldenSection(
    async (log) => -nllOf(await evaluateInUnits(withLikelihood(model, make(Math.exp(log))), about, new Map())),
    { low: Math.log(0.05), high: Math.log(20), within: 1e-3 },
  );
  return changed(network, { model: withLikelihood(model, make(Math.exp(best))), calibration: undefined });
}

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
