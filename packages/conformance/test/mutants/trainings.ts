import type { BoundProgram, Builder, Program, Value } from '@vardrop/core/program';
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
        backend.compile(program.outputs['dense1/weights'] === undefined ? program : frozen(program, 'dense1/weights')),
    })),
  }),
  training('filters that never change', {
    properties: ['final objective, convolution'],
    create: overriding((backend) => ({
      compile: (program) =>
        backend.compile(
          program.outputs['conv2d1/weights'] === undefined ? program : frozen(program, 'conv2d1/weights'),
        ),
    })),
  }),
  training('short minibatches that nothing is learned from', {
    properties: ['final objective, convolution'],
    create: overriding((backend) => ({
      compile: (program) => backend.compile(rowsOf(program) < 5 ? unlearned(program) : program),
    })),
  }),
  training('gradients of filters of half precision over many pixels', {
    properties: ['steps, convolution'],
    create: replacing((b, node, operands) =>
      node.op === 'conv2dFilterGradient' && Number(operands[1].shape[0]) * Number(operands[1].shape[1]) >= 80
        ? b.mul(b.copy(node, operands), 1 + 2 ** -12)
        : undefined,
    ),
  }),
  training('the last image of a minibatch of 14 by 14 pixels left out of a convolution', {
    properties: ['steps, convolution'],
    create: replacing((b, node, operands) =>
      node.op === 'conv2d' && operands[0].shape.join().endsWith(',14,14,1')
        ? b.mul(b.copy(node, operands), withoutLast(b, Number(node.shape[0])))
        : undefined,
    ),
  }),
  training('running statistics that are not carried', {
    properties: ['final objective, residual'],
    create: overriding((backend) => ({
      compile: (program) =>
        backend.compile(
          Object.keys(program.outputs)
            .filter((name) => /^batchNorm.*\/(mean|variance)$/.test(name))
            .reduce(frozen, program),
        ),
    })),
  }),
  training('running statistics of the short minibatch only', {
    properties: ['final objective, residual'],
    create: overriding((backend) => ({
      compile: (program) =>
        backend.compile(
          Object.keys(program.outputs)
            .filter((name) => rowsOf(program) > 3 && /^batchNorm.*\/(mean|variance)$/.test(name))
            .reduce(frozen, program),
        ),
    })),
  }),
  training('weights of the state that never change', {
    properties: ['final objective, recurrent'],
    create: overriding((backend) => ({
      compile: (program) =>
        backend.compile(
          program.outputs['gru1/input/weights'] === undefined ? program : frozen(program, 'gru1/input/weights'),
        ),
    })),
  }),
  training('last layer after attention that never changes', {
    properties: ['final objective, attention'],
    create: overriding((backend) => ({
      compile: (program) =>
        backend.compile(program.outputs['dense3/weights'] === undefined ? program : frozen(program, 'dense3/weights')),
    })),
  }),
  training('sigmoids of half precision in a recurrent layer', {
    properties: ['steps, recurrent'],
    create: replacing((b, node, operands) =>
      node.op === 'sigmoid' && node.shape.join().endsWith(',10')
        ? b.mul(b.copy(node, operands), 1 + 2 ** -12)
        : undefined,
    ),
  }),
  training('parameters that never change', {
    properties: ['final objective'],
    create: updating((_, __, before) => before),
  }),
];

/** The reference whose optimizer updates are changed. */
function updating(change: (b: Builder, parameter: Value, before: Value) => Value) {
  return replacing((b, node, operands) =>
    node.op === 'add' && node.label?.startsWith('update/') ? change(b, b.copy(node, operands), operands[0]) : undefined,
  );
}

/** A training step that leaves a parameter what it was. */
function frozen(program: BoundProgram, parameter: string): BoundProgram {
  const input = program.nodes.findIndex((node) => node.op === 'input' && node.name === parameter);
  return { ...program, outputs: { ...program.outputs, [parameter]: input } };
}

/** Rows of a training step's minibatch; infinitely many of another program. */
function rowsOf(program: Program): number {
  const x = program.nodes.find((node) => node.op === 'input' && node.name === 'x');
  return x && program.outputs.loss !== undefined ? Number(x.shape[0]) : Number.POSITIVE_INFINITY;
}

/** A training step that leaves all parameters what they were. */
function unlearned(program: BoundProgram): BoundProgram {
  return Object.keys(program.outputs)
    .filter((name) => name.endsWith('/weights'))
    .reduce(frozen, program);
}

/** 1 for each row but the last, which is 0. */
function withoutLast(b: Builder, rows: number): Value {
  return b.constant(
    Array.from({ length: rows }, (_, row) => (row < rows - 1 ? 1 : 0)),
    [rows, 1, 1, 1],
  );
}
