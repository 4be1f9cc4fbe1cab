export { drawParameters, posteriorInput } from './drawParameters.js';
export type { ParameterPosterior, PosteriorKind } from './posterior.js';
export { readPosterior, ruleOf } from './readPosterior.js';
