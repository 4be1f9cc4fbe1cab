import { type Combination, dense, sequential } from '@vardrop/core';
import {
  bindBatch,
  boundProgram,
  createBuilder,
  gradients as differentiate,
  elementCount,
  type Program,
  print,
  simplify,
  type Value,
} from '@vardrop/core/program';
import * as random from '@vardrop/core/random';
import fc from 'fast-check';
import { programCases } from '../arbitraries/programs.js';
import { checkGradients } from '../checkGradients.js';
import { checkNodes } from '../checkNodes.js';
import { checkOnce, checkProperty } from '../checkProperty.js';
import type { Law, LawContext } from '../law.js';

/** Programs at effort `quick`. */
const runs = 60;

/**
 * A program with the scalar output `loss`, and a program of its gradients, whose outputs are named after the inputs.
 */
interface Differentiated {
  readonly loss: Program;
  readonly gradients: Program;
}

/** Gradients of a weighted sum of a program's output `result`. Each element has a different weight. */
function differentiateResult(program: Program): Differentiated {
  const build = (outputs: 'loss' | 'gradients') => {
    const b = createBuilder(program.name);
    const values: Value[] = [];
    program.nodes.forEach((node) => {
      values.push(
        b.copy(
          node,
          node.operands.map((operand) => values[operand]),
        ),
      );
    });
    const result = values[program.outputs.result];
    const weights = Array.from({ length: elementCount(result.shape) }, (_, i) => 1 - 0.3 * ((i * 7) % 5));
    const loss = b.reduceSum(b.mul(result, b.constant(weights, result.shape)));
    if (outputs === 'loss') b.output('loss', loss);
    else {
      const inputs = program.nodes.flatMap((node, id) => (node.op === 'input' ? [{ name: node.name, id }] : []));
      const found = differentiate(
        b,
        loss,
        inputs.map(({ id }) => values[id]),
      );
      found.forEach((gradient, i) => {
        b.output(inputs[i].name, gradient);
      });
    }
    return b.build();
  };
  return { loss: build('loss'), gradients: build('gradients') };
}

/**
 * A small network with one noise model and one estimator. The loss is its data term plus the KL of each divergence.
 *
 * @param combinations all with the same noise and the same estimator
 */
function combinationPrograms(combinations: readonly Combination[]): Differentiated {
  const models = combinations.map(({ noise, estimator, divergence }) =>
    sequential({
      input: [3],
      layers: [dense({ units: 2, activation: 'tanh', bias: false }), dense({ units: 2 })],
      noise,
      estimator,
      divergence,
    }),
  );
  const [model] = models;
  const build = (outputs: 'loss' | 'gradients') => {
    const b = createBuilder('combination');
    const x = b.input('x', ['batch', 3], 'iteration');
    const parameters = Object.fromEntries(model.parameters.map(({ name, shape }) => [name, b.input(name, shape)]));
    const y = model.apply(b, x, parameters, 'sample');
    const kl = models.flatMap((each) => each.divergences(b, parameters).map((layer) => layer.kl));
    const data = b.reduceSum(b.mul(b.square(y), b.constant([1, 0.5], [2])));
    const loss = kl.reduce((sum, each) => b.add(sum, each), data);
    if (outputs === 'loss') b.output('loss', loss);
    else {
      const names = Object.keys(parameters);
      const found = differentiate(b, loss, Object.values(parameters));
      found.forEach((gradient, i) => {
        b.output(names[i], gradient);
      });
    }
    return bindBatch(b.build(), 2);
  };
  return { loss: build('loss'), gradients: build('gradients') };
}

/** Datapoint 1 is all zeros, so its variance is 0 where noise is in the weights. */
const datapoints = Float32Array.of(0.5, -1.5, 1, 0, 0, 0);

/** Ranges of parameters by the end of their name. All others are weights and biases. */
const ranges: Readonly<Record<string, readonly [number, number]>> = { rho: [-2, -0.2], logVariance: [-3, -1] };

/** Values of the inputs of a program of `combinationPrograms`, and keys, from a seed. */
function combinationData(program: Program, seed: number) {
  const inputs: Record<string, Float32Array> = {};
  const keys: Record<string, { readonly words: random.Key }> = {};
  program.nodes.forEach((node, id) => {
    const words = random.foldIn(random.key(seed), id);
    if (node.op === 'noise') keys[node.key] = { words };
    if (node.op !== 'input') return;
    const [from, to] = ranges[node.name.split('/')[1]] ?? [-1.5, 1.5];
    const uniform = random.uniform(words, elementCount(node.shape));
    inputs[node.name] = node.name === 'x' ? datapoints : uniform.map((u) => from + (to - from) * u);
  });
  return { inputs, keys };
}

const doubles = (inputs: Readonly<Record<string, Float32Array>>) =>
  Object.fromEntries(Object.entries(inputs).map(([name, values]) => [name, Float64Array.from(values)]));

/** Differentiated programs are compared with finite differences in float64, and node by node on the backend. */
export const gradients: Law = {
  id: 'gradients',
  statement: 'gradients agree with differences in float64, and every node of them is within its bound on the backend',
  async check(context: LawContext) {
    const { backend, ledger } = context;
    await checkProperty(
      context,
      'programs',
      programCases({ steps: 8, differentiable: true }),
      runs,
      async ({ program, data }) => {
        const { loss, gradients: found } = differentiateResult(program);
        const point = { inputs: doubles(data.inputs), keys: data.keys };
        const compared = named(loss, () => checkGradients(loss, found, point, ledger));
        await checkNodes(backend, boundProgram(simplify(found)), data, ledger);
        fc.pre(compared > 0);
      },
    );
    const groups = new Map<string, Combination[]>();
    for (const combination of context.models.combinations()) {
      if (combination.refusal !== undefined) continue;
      const { noise, estimator, divergence } = combination;
      const group = [noise.name, noise.alpha, estimator.name].filter(Boolean).join(' ');
      groups.set(group, [...(groups.get(group) ?? []), combination]);
      await checkOnce(context, [group, divergence?.name].filter(Boolean).join(' '), async () => {
        const { loss, gradients: found } = combinationPrograms([combination]);
        const { inputs, keys } = combinationData(loss, context.seed);
        const compared = named(loss, () => checkGradients(loss, found, { inputs: doubles(inputs), keys }, ledger));
        if (compared === 0) throw new Error('no gradient could be compared');
      });
    }
    // Most of the time on a backend is compilation, so one program has the same nodes for all divergences.
    for (const [group, combinations] of groups) {
      await checkOnce(context, `${group}, node by node`, async () => {
        const { loss, gradients: found } = combinationPrograms(combinations);
        await checkNodes(backend, boundProgram(simplify(found)), combinationData(loss, context.seed), ledger);
      });
    }
  },
};

/** Runs `check` and adds the program to its error. */
function named(program: Program, check: () => number): number {
  try {
    return check();
  } catch (error) {
    throw new Error(`${error instanceof Error ? error.message : error}\n${print(program)}`);
  }
}
