import { gradientName, updateProgram } from '@vardrop/core/extend';
import { boundProgram, simplify } from '@vardrop/core/program';
import { evaluate } from '@vardrop/core/reference';
import { describe, expect, it } from 'vitest';
import { optimizerFixture } from '../src/data/optimizerFixture.js';
import { optimizerCases, optimizerGradients, optimizerModel } from '../src/laws/optimizerCases.js';

describe('100 steps in float64 are those of other libraries', () => {
  it.each(optimizerCases().map((each) => [each.name, each] as const))('%s', (name, { optimizer, factor }) => {
    const model = optimizerModel();
    const program = simplify(boundProgram(updateProgram(model, optimizer)));
    const fixture = optimizerFixture.cases.find((each) => each.name === name);
    let state: Record<string, ArrayLike<number>> = { ...optimizerFixture.start };
    for (const slot of optimizer.slots(model.parameters)) {
      state[slot.name] = new Float64Array(slot.shape.reduce((product, length) => product * length, 1));
    }
    const inputs = new Set(program.nodes.flatMap((node) => (node.op === 'input' ? [node.name] : [])));
    let compared = 0;
    for (let step = 0; step < 100; step++) {
      const scalars = Object.entries(optimizer.scalars(step + 1, factor(step)));
      expect(scalars.map(([scalar]) => scalar)).toEqual(optimizer.scalarNames);
      const gradients = Object.entries(optimizerGradients(step));
      const given = {
        ...state,
        ...Object.fromEntries(scalars.map(([scalar, value]) => [scalar, [value]])),
        ...Object.fromEntries(gradients.map(([parameter, values]) => [gradientName(parameter), values])),
      };
      // Gradients of what is frozen are not read.
      const read = Object.entries(given).filter(([input]) => inputs.has(input));
      const outputs = evaluate(program, { inputs: Object.fromEntries(read) });
      state = Object.fromEntries(Object.keys(state).map((each) => [each, outputs[each]]));
      const shown = optimizerFixture.shown.indexOf(step + 1);
      if (shown === -1) continue;
      const wanted = Object.entries({
        ...fixture?.parameters[shown],
        ...Object.fromEntries(
          Object.entries(fixture?.averages?.[shown] ?? {}).map(([each, values]) => [`average:${each}`, values]),
        ),
      });
      for (const [each, values] of wanted) {
        values.forEach((value, i) => {
          compared++;
          const error = Math.abs(state[each][i] - value);
          expect(error, `${each}[${i}] after ${step + 1} steps`).toBeLessThan(1e-10 * Math.max(1, Math.abs(value)));
        });
      }
    }
    expect(compared).toBe(3 * 37 * (fixture?.averages ? 2 : 1));
  });
});
