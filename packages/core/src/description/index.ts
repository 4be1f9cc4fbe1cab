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
export { layersFrom } from './layersFrom.js';
export type { ModelFromOptions } from './makePart.js';
export { modelFrom } from './modelFrom.js';
export { summary } from './summary.js';
