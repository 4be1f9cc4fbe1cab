import type { Optimizer } from '@vardrop/core';
import type { BoundProgram, Builder, Value } from '@vardrop/core/program';
import { coreOptimizers, type Optimizers } from '../../src/models.js';
import { type Mutant, overriding, replacing, withModels } from './mutant.js';

const optimizing = (defect: string, properties: readonly string[], rest: Partial<Mutant>): Mutant => ({
  subject: 'optimizers',
  defect,
  law: 'optimizers',
  properties,
  ...rest,
});

/** Core's models with some optimizers replaced. */
const withOptimizers = (change: Partial<Optimizers>) => ({
  models: withModels({ optimizers: { ...coreOptimizers, ...change } }),
});

/** What goes wrong in the steps of optimizers: on a backend, and in published implementations. */
export const optimizerMutants: readonly Mutant[] = [
  optimizing('updates of half precision', ['sgd'], {
    create: replacing((b, node, operands) =>
      node.op === 'add' && node.label?.startsWith('update/') ? b.mul(b.copy(node, operands), 1 + 2 ** -12) : undefined,
    ),
  }),
  optimizing('second moments that are never carried', ['adam'], {
    create: overriding((backend) => ({ compile: (program) => backend.compile(keeping(program, 'secondMoment:')) })),
  }),
  optimizing('velocities of biases that are never carried', ['sgd, momentum'], {
    create: overriding((backend) => ({ compile: (program) => backend.compile(keeping(program, 'velocity:a/bias')) })),
  }),
  optimizing('averages that are never carried', ['adam, averaged'], {
    create: overriding((backend) => ({ compile: (program) => backend.compile(keeping(program, 'average:b/bias')) })),
  }),
  optimizing('signs of directions of 0', ['lion'], {
    create: replacing((b, node, [x, y, p, q]) =>
      node.op === 'selectGreater' ? b.selectGreater(b.add(x, 2 ** -100), y, p, q) : undefined,
    ),
  }),
  optimizing('the norm of the last gradient in place of all', ['clipped by norm, adamW'], {
    create: replacing((_, node, operands) =>
      node.op === 'add' && node.label === 'clipByGlobalNorm' ? operands[1] : undefined,
    ),
  }),
  optimizing('a group that is frozen and moves', ['groups, one of them frozen'], {
    ...withOptimizers({
      parameterGroups: (groups) =>
        coreOptimizers.parameterGroups(
          groups.map((group) => (group.optimizer === 'frozen' ? { ...group, optimizer: coreOptimizers.sgd() } : group)),
        ),
    }),
  }),
  optimizing('groups with the rate of the first', ['groups of two rates'], {
    ...withOptimizers({
      parameterGroups: (groups) =>
        coreOptimizers.parameterGroups(groups.map((group) => ({ ...group, optimizer: groups[0].optimizer }))),
    }),
  }),
  optimizing('Adam without its bias corrections', ['adam'], {
    ...withOptimizers({
      adam: (options) =>
        scaling(coreOptimizers.adam(options), () => ({ 'adam/stepSize': -0.001, 'adam/epsilon': 1e-8 })),
    }),
  }),
  optimizing('steps that count from 2', ['adam'], {
    ...withOptimizers({ adam: (options) => scaling(coreOptimizers.adam(options), (step, of) => of(step + 1)) }),
  }),
  optimizing('decay of biases too', ['adamW, weights decay'], {
    ...withOptimizers({ adamW: (options) => coreOptimizers.adamW({ ...options, decay: () => true }) }),
  }),
  optimizing('decay that goes through the moments', ['adamW, all decay'], {
    ...withOptimizers({
      adamW: ({ weightDecay = 0, learningRate } = {}) => coupled(coreOptimizers.adam({ learningRate }), weightDecay),
    }),
  }),
  optimizing('decay without the learning rate', ['lion, weights decay'], {
    ...withOptimizers({
      lion: ({ weightDecay = 0, ...options } = {}) =>
        coreOptimizers.lion({ ...options, weightDecay: 100 * weightDecay }),
    }),
  }),
  optimizing('a variance that is not centred', ['rmsprop, centred'], {
    ...withOptimizers({ rmsprop: (options) => coreOptimizers.rmsprop({ ...options, centred: false }) }),
  }),
  optimizing('Nesterov’s momentum without its look-ahead', ['sgd, Nesterov'], {
    ...withOptimizers({ sgd: (options) => coreOptimizers.sgd({ ...options, nesterov: false }) }),
  }),
  optimizing('each gradient clipped by its own norm', ['clipped by norm, momentum'], {
    ...withOptimizers({ clipByGlobalNorm: (limit) => apart(coreOptimizers.clipByGlobalNorm(limit)) }),
  }),
  optimizing('values clipped at twice the limit', ['clipped by value'], {
    ...withOptimizers({ clipByValue: (limit) => coreOptimizers.clipByValue(2 * limit) }),
  }),
  optimizing('clipping left out', ['clipped by norm, adamW'], {
    ...withOptimizers({ chain: (...links) => links[links.length - 1] }),
  }),
  optimizing('averages that begin at 0', ['adam, averaged'], {
    ...withOptimizers({
      movingAverage: ({ decay = 0 } = {}) =>
        scaling(coreOptimizers.movingAverage({ decay }), () => ({ 'movingAverage/weight': 1 - decay })),
    }),
  }),
  optimizing('schedules that are not read', ['adamW, weights decay'], {
    ...withOptimizers({
      adamW: (options) => {
        const optimizer = coreOptimizers.adamW(options);
        return { ...optimizer, scalars: (step) => optimizer.scalars(step, 1) };
      },
    }),
  }),
];

/** A step that leaves carried values whose names begin like this what they were. */
function keeping(program: BoundProgram, prefix: string): BoundProgram {
  const inputs = program.nodes.flatMap((node, id) =>
    node.op === 'input' && node.name.startsWith(prefix) && program.outputs[node.name] !== undefined
      ? [[node.name, id] as const]
      : [],
  );
  return { ...program, outputs: { ...program.outputs, ...Object.fromEntries(inputs) } };
}

/** An optimizer with other scalars. */
function scaling(
  optimizer: Optimizer,
  change: (step: number, of: (step: number) => Readonly<Record<string, number>>) => Readonly<Record<string, number>>,
): Optimizer {
  return { ...optimizer, scalars: (step, factor) => change(step, (other) => optimizer.scalars(other, factor)) };
}

/** Weight decay as a part of the gradient. */
function coupled(optimizer: Optimizer, weightDecay: number): Optimizer {
  return changed(optimizer, (b, gradient, parameter) => b.add(gradient, b.mul(weightDecay, parameter)));
}

/** An optimizer that is given other gradients. */
function changed(optimizer: Optimizer, change: (b: Builder, gradient: Value, parameter: Value) => Value): Optimizer {
  return {
    ...optimizer,
    update(b, step) {
      const updates = Object.entries(step.updates).map(([name, gradient]) => {
        return [name, change(b, gradient, step.parameters[name])] as const;
      });
      return optimizer.update(b, { ...step, updates: Object.fromEntries(updates) });
    },
  };
}

/** A filter that sees one gradient at a time. */
function apart(filter: Optimizer): Optimizer {
  return {
    ...filter,
    update(b, step) {
      const each = Object.entries(step.updates).map(([name, update]) =>
        filter.update(b, { ...step, updates: { [name]: update } }),
      );
      return { updates: Object.assign({}, ...each.map(({ updates }) => updates)), slots: {} };
    },
  };
}
