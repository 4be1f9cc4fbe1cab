import type { Model } from '../layers/model/model.js';
import { type ModelPart, modelParts } from '../layers/model/model.js';
import type { TensorMap } from '../tensorData.js';
import { type Preserved, type WeightStates, weightStates } from './weightStates.js';

/** The weights of a part, without the window: flags `[rows, columns]`, 1 where any weight of the window has them. */
export interface WeightMatrix extends WeightStates {
  readonly modelPart: ModelPart;
  readonly rows: number;
  readonly columns: number;
}

/** Those of all parts, by the name of the part in the model. */
export function weightMatrices(
  model: Model,
  parameters: TensorMap,
  preserve: Preserved,
): ReadonlyMap<string, WeightMatrix> {
  return new Map(
    modelParts(model).map((modelPart) => {
      const [rows, columns] = modelPart.part.weightShape.slice(-2);
      const states = weightStates(modelPart, parameters, preserve);
      const anywhere = (flags: Uint8Array) => {
        const all = new Uint8Array(rows * columns);
        flags.forEach((flag, i) => {
          if (flag) all[i % all.length] = 1;
        });
        return all;
      };
      return [
        modelPart.name,
        { modelPart, rows, columns, active: anywhere(states.active), noisy: anywhere(states.noisy) },
      ];
    }),
  );
}
