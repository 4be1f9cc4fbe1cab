import { VardropError } from '../../errors.js';
import { checkGraphValue } from '../input.js';
import type { GraphValue } from '../layer.js';

/**
 * All values that the outputs depend on, each after its inputs, in the order of a walk from the first output and the first
 * input of each layer. It does not recurse, so that a graph may be deep. Throws `VARDROP_MODEL` for a circle and for anything
 * but values of a graph.
 */
export function traverse(who: string, outputs: readonly GraphValue[]): readonly GraphValue[] {
  const state = new Map<GraphValue, 'open' | 'done'>();
  const order: GraphValue[] = [];
  const stack = [...outputs].reverse();
  while (stack.length > 0) {
    const value = stack[stack.length - 1];
    if (state.get(value) === 'done') {
      stack.pop();
      continue;
    }
    const inputs = value.source === 'layer' ? value.inputs : [];
    if (state.get(value) === 'open') {
      state.set(value, 'done');
      order.push(value);
      stack.pop();
      continue;
    }
    state.set(value, 'open');
    for (const input of [...inputs].reverse()) {
      checkGraphValue(`[${who}] graph`, input);
      if (state.get(input) === 'open') refuseCircle(who, value, input);
      stack.push(input);
    }
  }
  return order;
}

function refuseCircle(who: string, ...ends: readonly GraphValue[]): never {
  const [from, to] = ends.map((value) =>
    value.source === 'layer' ? (value.layer.name ?? value.layer.kind) : (value.options.name ?? 'input'),
  );
  throw new VardropError(
    'VARDROP_MODEL',
    `[${who}] graph: got a circle through '${from}' and '${to}', needs layers that read only inputs and layers before them. Unroll the loop.`,
  );
}
