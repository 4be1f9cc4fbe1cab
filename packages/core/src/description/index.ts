export { checkDescription } from './checkDescription.js';
export { describeModel } from './describeModel.js';
export type {
  CallDescription,
  DescribedValue,
  InputDescription,
  LayerDescription,
  ModelDescription,
  PartDescription,
} from './description.js';
export { type ModelFromOptions, modelFrom } from './modelFrom.js';
export { summary } from './summary.js';
