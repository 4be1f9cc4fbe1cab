import { input, model } from '@vardrop/core';
import {
  type BoundProgram,
  bindBatch,
  boundProgram,
  createBuilder,
  gradients as differentiate,
  simplify,
} from '@vardrop/core/program';
import { evaluate } from '@vardrop/core/reference';
import { checkNodes } from '../checkNodes.js';
import { checkOnce } from '../checkProperty.js';
import { layerCases } from '../data/layers/index.js';
import type { Law, LawContext } from '../law.js';
import type { LayerCase } from '../layerCase.js';
import type { Ledger } from '../ledger.js';

/**
 * How far a tensor may be off in float64, relative to its norm. The other library's values have 12 digits, and both add up in
 * float64.
 */
const tolerance = 1e-9;

/** Norms below this one count as this one: gradients that are 0 but for their rounding have no size of their own. */
const smallestNorm = 1e-3;

/** A call of a layer with its gradients, and the values of its inputs and of what it has to come to. */
interface LayerProgram {
  readonly program: BoundProgram;
  readonly inputs: Readonly<Record<string, readonly number[]>>;
  readonly expected: Readonly<Record<string, readonly number[]>>;
}

/** The program of a case as core builds it: one layer in a model, its outputs and all gradients that the case has. */
function layerProgram(given: LayerCase, makeLayer: LawContext['models']['layer']): LayerProgram {
  const { training = false, carried = {}, parameters, nextCarried = {}, output, cotangent } = given;
  const graphInputs = given.inputs.map(({ shape, kind }, i) =>
    input({ name: `x${i + 1}`, shape: shape.slice(1), kind }),
  );
  const network = model({ inputs: graphInputs, outputs: makeLayer(given.layer, given.options)(...graphInputs) });
  const owner = network.layers[0].name;
  const b = createBuilder(`${given.layer}, ${given.name}`);
  const inputs: Record<string, readonly number[]> = {};
  const expected: Record<string, readonly number[]> = { output: output.data };
  const xs = network.inputs.map(({ name, shape }, i) => {
    inputs[name] = given.inputs[i].data;
    return b.input(name, ['batch', ...shape], 'iteration');
  });
  const named = { ...parameters, ...carried };
  const values = Object.fromEntries(
    [...network.parameters, ...network.carried].map(({ name, shape }) => {
      const own = name.slice(owner.length + 1);
      if (named[own]?.shape.join() !== shape.join()) {
        throw new Error(`${name}: got [${shape}], wanted [${named[own]?.shape ?? 'no such parameter'}]`);
      }
      inputs[name] = named[own].data;
      return [own, b.input(name, shape)];
    }),
  );
  const ofModel = Object.fromEntries(Object.entries(values).map(([own, value]) => [`${owner}/${own}`, value]));
  const byName = Object.fromEntries(network.inputs.map(({ name }, i) => [name, xs[i]]));
  const forward = network.forward(b, byName, ofModel, training ? 'training' : 'mean');
  const y = forward.outputs.output;
  inputs.cotangent = cotangent;
  const loss = b.reduceSum(b.mul(y, b.input('cotangent', y.shape, 'iteration')));
  const wanted = [
    ...given.inputGradients.flatMap((data, i) => (data ? [{ of: xs[i], name: `gradient of x${i + 1}`, data }] : [])),
    ...Object.entries(given.parameterGradients).map(([own, data]) => ({
      ...{ of: values[own], name: `gradient of ${own}`, data },
    })),
  ];
  const found = differentiate(
    b,
    loss,
    wanted.map(({ of }) => of),
  );
  b.output('output', y);
  wanted.forEach(({ name, data }, i) => {
    b.output(name, found[i]);
    expected[name] = data;
  });
  for (const [own, data] of Object.entries(nextCarried)) {
    b.output(`next ${own}`, forward.carried[`${owner}/${own}`]);
    expected[`next ${own}`] = data;
  }
  const program = simplify(boundProgram(bindBatch(b.build(), output.shape[0])));
  const read = new Set(program.nodes.flatMap((node) => (node.op === 'input' ? [node.name] : [])));
  return { program, inputs: Object.fromEntries(Object.entries(inputs).filter(([name]) => read.has(name))), expected };
}

/** Compares outputs in float64 with those of the other library, by the norm of their difference. */
function compareWithOthers({ program, inputs, expected }: LayerProgram, ledger: Ledger): void {
  const values = evaluate(program, { inputs });
  for (const [name, wanted] of Object.entries(expected)) {
    const got = values[name];
    if (got.length !== wanted.length) throw new Error(`${name}: got ${got.length} values, wanted ${wanted.length}`);
    const bound = tolerance * Math.max(Math.hypot(...wanted), smallestNorm);
    const error = Math.hypot(...wanted.map((value, i) => value - got[i]));
    if (!(error <= bound)) {
      const worst = wanted.reduce(
        (most, value, i) => (Math.abs(value - got[i]) > Math.abs(wanted[most] - got[most]) ? i : most),
        0,
      );
      throw new Error(
        `${name}: got ${got[worst]} at ${worst}, wanted ${wanted[worst]}; the tensor is off by ${error}, wanted at most ${bound}`,
      );
    }
    ledger.compare(error, bound);
  }
}

/** Layers are compared with another library's in float64, and node by node on the backend. */
export const layers: Law = {
  id: 'layers',
  statement:
    'the outputs of every layer and its gradients are those of PyTorch in float64, and every node of them is within its bound on the backend',
  async check(context) {
    const { backend, ledger, models } = context;
    for (const given of layerCases) {
      await checkOnce(context, `${given.layer}: ${given.name}`, async () => {
        const built = layerProgram(given, models.layer);
        compareWithOthers(built, ledger);
        const inputs = Object.fromEntries(
          Object.entries(built.inputs).map(([name, values]) => [name, Float32Array.from(values)]),
        );
        await checkNodes(backend, built.program, { inputs }, ledger);
      });
    }
  },
};
