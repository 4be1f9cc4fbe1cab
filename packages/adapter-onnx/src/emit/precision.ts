import type { ProductPrecision } from '@vardrop/core/program';
import type { ValueName } from '../model/graph.js';
import { dataTypes } from '../model/schema.js';
import type { Emission } from './emission.js';

/**
 * What a product reads of its operands, as float32 numbers. `int8`: whole numbers from −127 to 127, whose products float32 adds
 * up without an error below 2²⁴; integers could not hold NaN.
 */
export function readInPrecision(
  precision: ProductPrecision | undefined,
  { graph, operands, name }: Pick<Emission, 'graph' | 'operands' | 'name'>,
): readonly ValueName[] {
  switch (precision) {
    case undefined:
      return operands;
    case 'float16':
      return operands.map((operand) => {
        const rounded = graph.node('Cast', [operand], `${name}/float16`, { to: dataTypes.float16 });
        return graph.node('Cast', [rounded], `${name}/read`, { to: dataTypes.float });
      });
    case 'int8':
      return operands.map((operand) => {
        const rounded = graph.node('Round', [operand], `${name}/rounded`);
        const above = graph.node('Max', [rounded, graph.constant([-127], [])], `${name}/above`);
        return graph.node('Min', [above, graph.constant([127], [])], `${name}/read`);
      });
  }
}
