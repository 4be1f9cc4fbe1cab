import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createBuilder, type Value } from '../../src/program/builder.js';
import { gradients } from '../../src/program/differentiate.js';
import type { Program, ProgramNode } from '../../src/program/program.js';
import { simplify } from '../../src/program/simplify.js';
import { validate } from '../../src/program/validate.js';
import { exactInputs, exactOutputs, exactPrograms } from './exactProgram.js';
import { randomPrograms } from './randomProgram.js';

const runs = { numRuns: 800, seed: 11 };

/** What a node computes, whatever the order of its operands where that does not matter. */
function meaning({ label: _, operands, ...rest }: ProgramNode): string {
  const ordered = ['add', 'mul', 'max', 'min'].includes(rest.op) ? [...operands].sort() : operands;
  return JSON.stringify([rest, ordered], (_, value) =>
    typeof value !== 'number' ? value : Object.is(value, -0) ? '-0' : `${value}`,
  );
}

function expectSimple(program: Program): void {
  const meanings = program.nodes.map(meaning);
  expect(new Set(meanings).size, 'nothing is computed twice').toBe(meanings.length);
  const used = new Set([...program.nodes.flatMap((node) => node.operands), ...Object.values(program.outputs)]);
  expect(used.size, 'nothing is dead').toBe(program.nodes.length);
  expect(program.nodes.some((node) => node.op === 'withDerivative')).toBe(false);
  validate(program);
}

/** Compares a program with its simplified form where float64 is exact; returns whether it was. */
function expectSame(program: Program, inputs: Record<string, number[]>): boolean {
  const simple = simplify(program);
  const before = exactOutputs(program, inputs);
  const after = exactOutputs(simple, inputs);
  if (!before || !after) return false;
  expect(after).toEqual(before);
  return true;
}

describe('simplify, on random programs', () => {
  for (const [name, special] of [
    ['finite values', []],
    ['infinities and NaN', [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN]],
  ] as const) {
    it(`keeps every value of exact arithmetic: ${name}`, () => {
      let compared = 0;
      fc.assert(
        fc.property(exactPrograms(), exactInputs(special), (program, inputs) => {
          if (expectSame(program, inputs)) compared++;
        }),
        runs,
      );
      expect(compared).toBeGreaterThan(0.9 * runs.numRuns);
    });
  }

  it('leaves nothing that is computed twice, nothing dead, and a valid program', () => {
    fc.assert(
      fc.property(fc.oneof(exactPrograms(30), randomPrograms(30)), (program) => expectSimple(simplify(program))),
      { numRuns: 600, seed: 12 },
    );
  });

  it('changes nothing the second time', () => {
    fc.assert(
      fc.property(fc.oneof(exactPrograms(40), randomPrograms(30)), (program) => {
        const once = simplify(program);
        expect(simplify(once)).toEqual(once);
      }),
      { numRuns: 600, seed: 13 },
    );
  });

  it('keeps names and shapes of outputs', () => {
    const shapes = (program: Program) =>
      Object.entries(program.outputs).map(([name, id]) => [name, program.nodes[id].shape]);
    fc.assert(
      fc.property(exactPrograms(20), (program) => {
        expect(shapes(simplify(program))).toEqual(shapes(program));
      }),
      { numRuns: 300, seed: 14 },
    );
  });

  it('does the same to gradients: same values in exact arithmetic, nothing twice', () => {
    let compared = 0;
    fc.assert(
      fc.property(exactPrograms(7), exactInputs([]), (source, inputs) => {
        const b = createBuilder('gradient');
        const values: Value[] = [];
        for (const node of source.nodes) {
          values.push(
            b.copy(
              node,
              node.operands.map((id) => values[id]),
            ),
          );
        }
        const wrt = source.nodes.flatMap((node, id) => (node.op === 'input' ? [values[id]] : []));
        gradients(b, b.reduceSum(values[values.length - 1]), wrt).forEach((g, i) => {
          expect(g.shape).toEqual(wrt[i].shape);
          b.output(`gradient${i}`, g);
        });
        const program = b.build();
        expectSimple(simplify(program));
        if (expectSame(program, inputs)) compared++;
      }),
      { numRuns: 500, seed: 15 },
    );
    expect(compared).toBeGreaterThan(200);
  });
});
