import type { TensorMap } from '../tensorData.js';

/** The kinds of posteriors, see `ParameterPosterior`. */
export type PosteriorKind = 'ensemble' | 'swag' | 'laplace';

/**
 * What parameters predictions are averaged over, beside the noise of the layers: each sample draws parameters first. It is plain
 * data, which network files keep. `ensemble`: one of several networks, in turns (Lakshminarayanan et al. 2017). `swag`: the Gaussian
 * around the average of the course of training (Maddox et al. 2019). `laplace`: the Gaussian of the last layer's weights (MacKay 1992).
 */
export interface ParameterPosterior {
  readonly kind: PosteriorKind;
  /** What its rule needs to know, such as the number of members. */
  readonly settings: Readonly<Record<string, number | string>>;
  /** What it draws from, by names of its kind. */
  readonly tensors: TensorMap;
}
