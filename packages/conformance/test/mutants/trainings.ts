import type { Builder, Program, Value } from '@vardrop/core';
import { generate, type Mutant, noisy, overriding, replacing } from './mutant.js';

const training = (defect: string, rest: Partial<Mutant>): Mutant => ({
  subject: 'training',
  defect,
  law: 'training',
  ...rest,
});

/** What only shows when a whole step is taken, or many. */
export const trainingMutants: readonly Mutant[] = [
  training('products of half precision in long sums only', {
    properties: ['steps'],
    create: replacing((b, node, [x, y]) =>
      node.op === 'matmul' && Number(x.shape[node.transposeA ? 0 : 1]) >= 100
        ? b.mul(b.matmul(x, y, node), 1 + 2 ** -12)
        : undefined,
    ),
  }),
  training('parameters rounded to sixteenths from step to step', {
    properties: ['final objective'],
    create: updating((b, parameter) => b.sub(b.add(parameter, 1.5 * 2 ** 48), 1.5 * 2 ** 48)),
  }),
  training('noise that is always the first step’s', {
    properties: ['final objective'],
    create: () => {
      const seen = new Map<number, readonly [number, number]>();
      return noisy((distribution, words, out, offset) => {
        const first = seen.get(out.length) ?? words;
        seen.set(out.length, first);
        generate(distribution, first, out, offset);
      })();
    },
  }),
  training('gradients of the first layer lost', {
    properties: ['final objective'],
    create: overriding((backend) => ({
      compile: (program) =>
        backend.compile(program.outputs['dense1/weights'] === undefined ? program : frozen(program)),
    })),
  }),
  training('parameters that never change', {
    properties: ['final objective'],
    create: updating((_, __, before) => before),
  }),
];

/** The reference whose optimizer updates are changed. */
function updating(change: (b: Builder, parameter: Value, before: Value) => Value) {
  return replacing((b, node, operands) =>
    node.op === 'sub' && node.label?.startsWith('adam') ? change(b, b.copy(node, operands), operands[0]) : undefined,
  );
}

/** A training step whose first layer's weights are what they were. */
function frozen(program: Program): Program {
  const input = program.nodes.findIndex((node) => node.op === 'input' && node.name === 'dense1/weights');
  return { ...program, outputs: { ...program.outputs, 'dense1/weights': input } };
}
