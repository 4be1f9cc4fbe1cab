import { checkOptionNames } from '../checkOptionNames.js';
import type { Model } from '../layers/model/model.js';
import type { Likelihoods } from '../likelihoods/likelihood.js';
import { type FitResult as TrainingResult, type FitOptions as TrainOptions, train, } from '../training/index.js';
