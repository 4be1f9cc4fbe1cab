import { attentionMutants } from './attention.js';
import { convolutionMutants } from './convolutions.js';
import { declarationMutants, refusalMutants } from './declarations.js';
import { handleMutants } from './handles.js';
import { layerMutants } from './layers.js';
import { lifetimeMutants, outputMutants } from './lifetimes.js';
import { likelihoodMutants } from './likelihoods.js';
import { modelMutants } from './models.js';
import { movementMutants } from './movements.js';
import type { Mutant } from './mutant.js';
import { networkMutants } from './networks.js';
import { noiseMutants } from './noises.js';
import { objectiveMutants } from './objectives.js';
import { generatedOperations, operationEdges } from './operations.js';
import { optimizerMutants } from './optimizers.js';
import { momentsMutants, predictionMutants } from './predictions.js';
import { readMutants } from './reads.js';
import { recurrentMutants } from './recurrent.js';
import { sharingMutants } from './sharing.js';
import { sizeMutants } from './sizes.js';
import { trainingMutants } from './trainings.js';

export type { Mutant } from './mutant.js';

/** Every mutant: operation × class of defect, then what can go wrong around operations, then models. */
export const mutants: readonly Mutant[] = [
  ...generatedOperations,
  ...operationEdges,
  ...movementMutants,
  ...convolutionMutants,
  ...sizeMutants,
  ...outputMutants,
  ...noiseMutants,
  ...lifetimeMutants,
  ...handleMutants,
  ...readMutants,
  ...declarationMutants,
  ...refusalMutants,
  ...optimizerMutants,
  ...trainingMutants,
  ...predictionMutants,
  ...momentsMutants,
  ...modelMutants,
  ...layerMutants,
  ...likelihoodMutants,
  ...networkMutants,
  ...attentionMutants,
  ...recurrentMutants,
  ...sharingMutants,
  ...objectiveMutants,
];
