import type { ProductPrecision } from '@vardrop/core/program';
import type { ValueName } from '../model/graph.js';
import type { Emission } from './emission.js';

/**
 * What a product reads of its operands. `int8`: whole numbers from −127 to 127, which float32 multiplies and adds up without an
 * error below 2²⁴. Integers would lose NaN.
 */
export function readInPrecision(
  precision: ProductPrecision | undefined,
  { graph, operands, name }: Pick<Emission, 'graph' | 'operands' | 'name'>,
): readonly ValueName[] {
  if (precision === undefined) return operands;
  return operands.map((operand) => {
    const rounded = graph.node('Round', [operand], `${name}/rounded`);
    const above = graph.node('Max', [rounded, graph.constant([-127], [])], `${name}/above`);
    return graph.node('Min', [above, graph.constant([127], [])], `${name}/whole`);
  });
}
