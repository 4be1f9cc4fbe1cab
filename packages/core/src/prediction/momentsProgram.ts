import { checkObject } from '../checkObject.js';
import { checkOptionNames } from '../checkOptionNames.js';
import { declareInputs, declareParameters } from '../layers/model/declare.js';
import type { Model } from '../layers/model/model.js';
import { type MomentsOptions, momentsOf } from '../layers/model/momentsOf.js';
import { uncertain } from '../layers/moments.js';
import { createBuilder } from '../program/builder.js';
import type { Program } from '../program/program.js';
import { checkMomentsOptions } from './checkMomentsOptions.js';

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
 * Throws `VARDROP_MODEL` for no model, `VARDROP_OPTION` for unknown options, `VARDROP_MOMENTS` for uncertain inputs or noise of a layer
 * that they do not pass: recurrent layers and attention, layers of your own without `moments`, and without `approximate` max pooling and
 * normalizations other than `batchNorm`; for noise on the channels of a convolution; and for noise on inputs whose moments are not given.
 */
export function momentsProgram(model: Model, options: MomentsOptions = {}): Program {
  checkObject('VARDROP_MODEL', '[momentsProgram] model', model, 'apply', 'sequential()');
  checkOptionNames('momentsProgram', options, { approximate: true, covariance: true });
  checkMomentsOptions('momentsProgram', options);
  const b = createBuilder('prediction (moments)');
  const inputs = declareInputs(b, model);
  const parameters = declareParameters(b, [...model.parameters, ...model.carried]);
  const moments = momentsOf(b, model, inputs, parameters, options);
  for (const { name } of model.outputs) {
    const prefix = model.outputs.length > 1 ? `${name}/` : '';
    const { mean, variance } = uncertain(b, moments[name]);
    b.output(`${prefix}mean`, mean);
    b.output(`${prefix}variance`, variance);
  }
  return b.build();
}
