import { type GraphValue, input, type Model, type ModelDefaults, model } from '@vardrop/core';
import { createBuilder, elementCount, gradients, type Program } from '@vardrop/core/program';
import * as random from '@vardrop/core/random';
import { checkOnce } from '../checkProperty.js';
import { type KlPoint, klFormulas } from '../klFormulas.js';
import type { LawContext } from '../law.js';
import type { Models } from '../models.js';
import { run } from '../run.js';

/** Relative error that float32 may have in a network's KL, a sum of up to 116 terms of one sign, and in its derivatives. */
const float32Error = 1.5e-5;

/** A part of a layer: its weights, and its inputs (channels of convolutions, rows of tables). */
interface Counts {
  readonly weights: number;
  readonly inputs: number;
}

/** Layers before a last one without noise, and the parts whose KL is to count. */
interface PartsCase {
  readonly name: string;
  readonly inputs: readonly (readonly number[])[];
  readonly graph: (models: Models, inputs: readonly GraphValue[]) => GraphValue;
  readonly parts: Readonly<Record<string, Counts>>;
}

const cases: readonly PartsCase[] = [
  {
    name: 'a recurrent layer',
    inputs: [[3, 2]],
    graph: ({ layer }, [x]) => layer('gru', { units: 4 })(x),
    parts: { 'gru1/input': { weights: 24, inputs: 2 }, 'gru1/recurrent': { weights: 48, inputs: 4 } },
  },
  {
    name: 'a separable convolution',
    inputs: [[3, 4, 2]],
    graph: ({ layer }, [x]) =>
      layer('flatten', {})(layer('separableConv2d', { filters: 3, size: [2, 3], multiplier: 2 })(x)),
    parts: {
      'separableConv2d1/depthwise': { weights: 24, inputs: 2 },
      'separableConv2d1/pointwise': { weights: 12, inputs: 4 },
    },
  },
  {
    name: 'attention',
    inputs: [[3, 5]],
    graph: ({ layer }, [x]) => layer('flatten', {})(layer('multiHeadAttention', { heads: 2, size: 3, units: 4 })(x)),
    parts: {
      'multiHeadAttention1/query': { weights: 30, inputs: 5 },
      'multiHeadAttention1/key': { weights: 30, inputs: 5 },
      'multiHeadAttention1/value': { weights: 30, inputs: 5 },
      'multiHeadAttention1/output': { weights: 24, inputs: 6 },
    },
  },
  {
    name: 'words and their positions',
    inputs: [[3]],
    graph: ({ layer }, [x]) =>
      layer('flatten', {})(layer('positionEmbedding', { length: 4 })(layer('embedding', { rows: 7, units: 2 })(x))),
    parts: {
      embedding1: { weights: 14, inputs: 7 },
      'positionEmbedding1/positions': { weights: 8, inputs: 4 },
    },
  },
  {
    name: 'a layer used twice',
    inputs: [[3], [3]],
    graph({ layer }, [x1, x2]) {
      const shared = layer('dense', { units: 4 });
      return layer('add', {})(shared(x1), shared(x2));
    },
    parts: { dense1: { weights: 12, inputs: 3 } },
  },
  {
    name: 'a recurrent layer used twice',
    inputs: [
      [3, 2],
      [3, 2],
    ],
    graph({ layer }, [x1, x2]) {
      const shared = layer('gru', { units: 4, sharedNoise: 'once' });
      return layer('concatenate', {})(shared(x1), shared(x2));
    },
    parts: { 'gru1/input': { weights: 24, inputs: 2 }, 'gru1/recurrent': { weights: 48, inputs: 4 } },
  },
];

/** A parameter that noise learns, with the KL of one of its elements. */
interface Learned {
  readonly name: 'rho' | 'logVariance';
  readonly defaults: (models: Models) => ModelDefaults;
  /** `count` variables for each element. The derivative is that with respect to the element. */
  readonly kl: (value: number, weight: number, counts: Counts) => KlPoint;
  readonly elements: (counts: Counts) => number;
}

const learned: readonly Learned[] = [
  {
    name: 'logVariance',
    defaults: ({ logUniformExact, sparseVariational }) => ({
      noise: sparseVariational(),
      divergence: logUniformExact(),
    }),
    kl: (value, weight) => klFormulas.exact(value - Math.log(weight ** 2)),
    elements: ({ weights }) => weights,
  },
  {
    name: 'rho',
    defaults: ({ logUniformExact, separate, variationalDropout }) => ({
      noise: variationalDropout({ type: 'A', alpha: 'layer' }),
      estimator: separate(),
      divergence: logUniformExact(),
    }),
    kl(rho, _, { inputs }) {
      const logAlpha = -Math.log1p(Math.exp(-rho));
      const { value, derivative, ...one } = klFormulas.exact(logAlpha);
      // d log α / dρ = 1 − sigmoid(ρ).
      const chain = inputs * Math.exp(-rho + logAlpha);
      return {
        ...{ value: inputs * value, derivative: chain * derivative },
        ...{ valueTerms: inputs * one.valueTerms, derivativeTerms: chain * one.derivativeTerms },
      };
    },
    elements: () => 1,
  },
];

function modelOf({ inputs, graph }: PartsCase, models: Models, defaults: ModelDefaults): Model {
  const values = inputs.map((shape, i) => input({ name: `x${i + 1}`, shape }));
  const outputs = models.layer('dense', { units: 2, noise: models.none(), name: 'end' })(graph(models, values));
  return model({ ...defaults, inputs: values, outputs });
}

/** The KL of the objective, and its derivatives with respect to parameters. */
function klProgram(network: Model, models: Models, parameters: readonly string[]): Program {
  const b = createBuilder('kl');
  const inputs = Object.fromEntries(
    network.inputs.map(({ name, shape }) => [name, b.input(name, ['batch', ...shape], 'iteration')]),
  );
  const values = Object.fromEntries(network.parameters.map(({ name, shape }) => [name, b.input(name, shape)]));
  const targets = { output: b.input('y', ['batch', 2], 'iteration') };
  const scales = { rows: b.broadcast(b.constant(1), ['batch']), kl: b.constant(1) };
  const { kl } = models.sgvb(b, network, { inputs, targets, parameters: values }, scales);
  b.output('kl', kl);
  const wanted = parameters.map((name) => values[name]);
  gradients(b, kl, wanted).forEach((gradient, i) => {
    b.output(parameters[i], gradient);
  });
  return b.build();
}

async function checkCase(context: LawContext, given: PartsCase, { name: own, ...noise }: Learned): Promise<void> {
  const { backend, ledger, models, seed } = context;
  const network = modelOf(given, models, noise.defaults(models));
  const names = network.parameters.map(({ name }) => name).filter((name) => name.endsWith(`/${own}`));
  const wantedNames = Object.keys(given.parts).map((part) => `${part}/${own}`);
  if (names.join() !== wantedNames.join()) throw new Error(`parameters: got ${names}, wanted ${wantedNames}`);
  const values = Object.fromEntries(
    network.parameters.map(({ name, shape }, i) => {
      const [from, to] = name.endsWith('/logVariance') ? [-4, -1] : name.endsWith('/rho') ? [-3, 1.5] : [0.25, 1.5];
      const uniform = random.uniform(random.foldIn(random.key(seed), i), elementCount(shape));
      return [name, uniform.map((u) => from + (to - from) * u)];
    }),
  );
  const [found] = await run(backend, klProgram(network, models, names), values, [{}], 1);
  const check = (what: string, got: number, wanted: number, terms: number) => {
    const [error, bound] = [Math.abs(got - wanted), float32Error * terms];
    if (!(error <= bound)) throw new Error(`${what}: got ${got}, wanted ${wanted} ± ${bound}`);
    ledger.compare(error, bound);
  };
  let [total, terms] = [0, 0];
  for (const [part, counts] of Object.entries(given.parts)) {
    const name = `${part}/${own}`;
    const count = noise.elements(counts);
    if (values[name].length !== count) throw new Error(`${name}: got ${values[name].length} values, wanted ${count}`);
    values[name].forEach((value, i) => {
      const point = noise.kl(value, values[`${part}/weights`][i], counts);
      total += point.value;
      terms += point.valueTerms;
      check(`dKL in element ${i} of ${name}`, found[name][i], point.derivative, point.derivativeTerms);
    });
  }
  check('KL', found.kl[0], total, terms);
}

/** The KL of networks counts every part of a layer, and every layer once, however often it is used. */
export async function checkKlOfParts(context: LawContext): Promise<void> {
  for (const given of cases) {
    for (const each of learned) {
      await checkOnce(context, `KL of ${given.name}, ${each.name}`, () => checkCase(context, given, each));
    }
  }
}
