import { checkChoice } from '../checkChoice.js';
import { checkFunction } from '../checkFunction.js';
import { checkObject } from '../checkObject.js';
import type { Likelihood, TargetKind } from './likelihood.js';

/**
 * A likelihood of one's own, as it is given. TypeScript knows the types of its functions' arguments by it, and of predictions. Throws
 * `VARDROP_OPTION` for other kinds of targets, and unless its members are functions.
 */
export function defineLikelihood<Targets extends TargetKind>(likelihood: Likelihood<Targets>): Likelihood<Targets> {
  for (const method of ['negativeLogLikelihood', 'targetShape', 'parameters', 'predictive'])
    checkObject('VARDROP_OPTION', '[defineLikelihood] likelihood', likelihood, method, 'categorical()');
  const { targets, trainingLoss } = likelihood;
  checkChoice('VARDROP_OPTION', '[defineLikelihood] targets', targets, ['labels', 'binary', 'values', 'counts']);
  checkFunction('[defineLikelihood] trainingLoss', trainingLoss);
  return likelihood;
}
