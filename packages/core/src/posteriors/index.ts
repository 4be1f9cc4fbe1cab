export { drawParameters, posteriorInput, spreadOf } from './drawParameters.js';
export type { ParameterPosterior, PosteriorKind } from './posterior.js';
export { readPosterior, ruleOf } from './readPosterior.js';
