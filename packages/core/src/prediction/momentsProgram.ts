import { checkObject } from '../checkObject.js';
import { checkOptionNames } from '../checkOptionNames.js';
import { VardropError } from '../errors.js';
import { declareInputs, declareParameters } from '../layers/model/declare.js';
import type { Model } from '../layers/model/model.js';
import { type AddedVariance, type MomentsOptions, momentsOf } from '../layers/model/momentsOf.js';
import { uncertain } from '../layers/moments.js';
import { type ParameterPosterior, readPosterior, spreadOf } from '../posteriors/index.js';
import { type Builder, createBuilder } from '../program/builder.js';
import type { Program } from '../program/program.js';
import { checkMomentsOptions } from './checkMomentsOptions.js';

/** Options of `momentsProgram`. */
export interface MomentsProgramOptions extends MomentsOptions {
  /** A posterior whose variance of the outputs has a closed form: last-layer Laplace. Its tensors are inputs of role `shared`, `posterior/<name>`. */
  readonly posterior?: ParameterPosterior;
}

/**
 * Mean and variance of a model's outputs under the noise of all its layers, in one pass and without samples, as one program: outputs
 * `mean` and `variance` `[batch, …outputShape]`, inputs of role `shared`: the model's by name (`x` `[batch, …inputShape]`), every
 * parameter of the model and what it carries. Without noise the variance is 0. Of a model with several outputs the names begin with
 * that of the output: `<output>/mean`.
 *
 * Means and variances are carried from layer to layer (Wu et al. 2019): `Σ μ m` and `Σ σ² (m² + v) + μ² v` through weights (Kingma, Salimans
 * & Welling 2015, eq. 6, where the inputs are certain), `BuiltLayer.moments` says how through others. Numbers of a layer are taken as
 * Gaussian and independent of each other. The covariance of units counts in the variance of the outputs, see `MomentsOptions.covariance`;
 * the covariance of the outputs themselves is not given.
 *
 * Throws what `readPosterior` throws, `VARDROP_MODEL` for no model, `VARDROP_OPTION` for unknown options, `VARDROP_MOMENTS` for uncertain inputs or noise of a layer
 * that they do not pass: recurrent layers and attention, layers of your own without `moments`, and without `approximate` max pooling and
 * normalizations other than `batchNorm`; for noise on the channels of a convolution; for noise on inputs whose moments are not given, and for a
 * posterior without a closed form.
 */
export function momentsProgram(model: Model, options: MomentsProgramOptions = {}): Program {
  checkObject('VARDROP_MODEL', '[momentsProgram] model', model, 'apply', 'sequential()');
  checkOptionNames('momentsProgram', options, { approximate: true, covariance: true, posterior: true });
  checkMomentsOptions('momentsProgram', options);
  const b = createBuilder('prediction (moments)');
  const inputs = declareInputs(b, model);
  const parameters = declareParameters(b, [...model.parameters, ...model.carried]);
  const { posterior } = options;
  const added = posterior === undefined ? undefined : readSpread(b, model, posterior);
  const moments = momentsOf(b, model, inputs, parameters, options, added);
  for (const { name } of model.outputs) {
    const prefix = model.outputs.length > 1 ? `${name}/` : '';
    const { mean, variance } = uncertain(b, moments[name]);
    b.output(`${prefix}mean`, mean);
    b.output(`${prefix}variance`, variance);
  }
  return b.build();
}

/** What a posterior adds. Throws what `readPosterior` throws, and `VARDROP_MOMENTS` for one without a closed form. */
function readSpread(b: Builder, model: Model, given: ParameterPosterior): AddedVariance {
  const posterior = readPosterior('momentsProgram', model, given);
  const added = spreadOf(b, model, posterior);
  if (added) return added;
  throw new VardropError(
    'VARDROP_MOMENTS',
    `[momentsProgram] posterior: got one of kind '${posterior.kind}', needs last-layer Laplace, which alone has a closed form. Use samples instead.`,
  );
}
