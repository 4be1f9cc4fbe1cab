import { type Divergence, type Layer, type NoiseModel, sequential } from '@vardrop/core';
import { modelParts } from '@vardrop/core/extend';
import { createBuilder, gradients } from '@vardrop/core/program';
import * as random from '@vardrop/core/random';
import { checkOnce } from '../checkProperty.js';
import { klFormulas } from '../klFormulas.js';
import type { LawContext } from '../law.js';
import { run } from '../run.js';
import { normalCdf, normalDensity } from '../truncatedNormal.js';

/**
 * Relative error that float32 may have in each part of a layer's KL and of its derivatives. The parts are sums of up to
 * 72 terms.
 */
const float32Error = 1.2e-5;

/** Step of the finite differences of closed forms. Their error is then about 1e-9. */
const step = 2 ** -15;

/** Values of a layer's parameters by name, float32 numbers. */
type Values = Readonly<Record<string, Float64Array>>;

/** The weights that one rate or α applies to. */
type Group = 'layer' | 'input' | 'output' | 'weight';

/** A layer's noise, and its KL in closed form. */
interface KlCase {
  readonly name: string;
  readonly noise: NoiseModel;
  readonly divergence: Divergence;
  /** The KL of all of the layer's weights as a sum of parts, in nats. */
  readonly closed: (values: Values, weights: readonly number[]) => readonly number[];
}

/** The index in ρ of the element for a weight. */
function groupOf(group: Group, [inputs, outputs]: readonly number[], weight: number): number {
  switch (group) {
    case 'layer':
      return 0;
    case 'input':
      return Math.floor(weight / outputs) % inputs;
    case 'output':
      return weight % outputs;
    case 'weight':
      return weight;
  }
}

const sum = (values: ArrayLike<number>) => Array.from(values).reduce((total, value) => total + value, 0);
const channelsOf = (weights: readonly number[]) => weights.slice(-2);
const logSigmoid = (x: number) => -Math.log1p(Math.exp(-x));

/** ρ of each independent variable: one per input unit where weights share their noise, otherwise one per weight. */
function variablesOf(
  group: Group,
  acts: 'inputs' | 'weights',
  { rho, weights: theta }: Values,
  shape: readonly number[],
) {
  const [inputs, outputs] = channelsOf(shape);
  return acts === 'inputs'
    ? Array.from({ length: inputs }, (_, channel) => rho[group === 'layer' ? 0 : channel])
    : Array.from(theta, (_, i) => rho[groupOf(group, [inputs, outputs], i)]);
}

function casesOf(models: LawContext['models']): readonly KlCase[] {
  const { bernoulliLearned, gaussian, logUniformExact, meanField, sparseVariational, variationalDropout } = models;
  const { structured, truncatedLogUniform } = models;
  const sigma = 0.5;
  const variational = (type: 'A' | 'B', alpha: Group): KlCase => ({
    name: `variational ${type}, α a ${alpha}`,
    noise: variationalDropout({ type, alpha }),
    divergence: logUniformExact(),
    closed: (values, shape) => {
      const variables = variablesOf(alpha, type === 'A' ? 'inputs' : 'weights', values, shape);
      return [sum(variables.map((rho) => klFormulas.exact(logSigmoid(rho)).value))];
    },
  });
  // Gal, Hron & Kendall 2017: ½ l² Σ θ²/(1 − p) over weights, and Σ (p log p + (1 − p) log(1 − p)) over mask variables.
  const rates = (group: 'layer' | 'input' | 'weight'): KlCase => ({
    name: `Bernoulli with a rate a ${group}`,
    noise: bernoulliLearned({ rates: group }),
    divergence: gaussian({ sigma }),
    closed: (values, shape) => {
      const rhos = variablesOf(group, 'weights', values, shape);
      const moments = rhos.map((rho, i) => (values.weights[i] ** 2 * (1 + Math.exp(rho))) / (2 * sigma ** 2));
      const masks = group === 'weight' ? rhos : variablesOf(group, 'inputs', values, shape);
      const entropies = [1, -1].map((sign) =>
        sum(masks.map((rho) => Math.exp(logSigmoid(sign * rho)) * logSigmoid(sign * rho))),
      );
      return [sum(moments), ...entropies];
    },
  });
  return [
    ...(['layer', 'input'] as const).map((alpha) => variational('A', alpha)),
    ...(['layer', 'input', 'output', 'weight'] as const).map((alpha) => variational('B', alpha)),
    {
      name: 'sparse variational',
      noise: sparseVariational(),
      divergence: logUniformExact(),
      closed: ({ weights, logVariance }) => [
        sum(weights.map((theta, i) => klFormulas.exact(logVariance[i] - Math.log(theta ** 2)).value)),
      ],
    },
    {
      name: 'mean field',
      noise: meanField(),
      divergence: gaussian({ sigma }),
      closed: ({ weights, logVariance }) => [
        sum(weights.map((theta, i) => (theta ** 2 + Math.exp(logVariance[i])) / (2 * sigma ** 2))),
        sum(logVariance.map((value) => Math.log(sigma) - 0.5 - value / 2)),
      ],
    },
    ...(['layer', 'input', 'weight'] as const).map(rates),
    {
      // Neklyudov et al. 2017, with one factor for each input: log 20 − ½ log 2πe − log σ − log Z + B φ(B) / 2Z.
      name: 'structured pruning',
      noise: structured(),
      divergence: truncatedLogUniform(),
      closed: ({ logMean, logDeviation }) => {
        const upper = logMean.map((mean, i) => -mean / Math.exp(logDeviation[i]));
        const mass = upper.map(normalCdf);
        return [
          logMean.length * (Math.log(20) - 0.5 * Math.log(2 * Math.PI * Math.E)),
          -sum(logDeviation),
          -sum(mass.map(Math.log)),
          sum(upper.map((end, i) => (end * normalDensity(end)) / (2 * mass[i]))),
        ];
      },
    },
  ];
}

/** Ranges of parameters. ρ is a logit, of rates and α below and above ½. */
const ranges: Readonly<Record<string, readonly [number, number]>> = {
  weights: [-1.5, 1.5],
  rho: [-3, 1.5],
  logVariance: [-4, -1],
  logMean: [-2, -0.2],
  logDeviation: [-1, 0.5],
};

async function checkCase(context: LawContext, { noise, divergence, closed }: KlCase, layer: Layer, input: number[]) {
  const { backend, ledger, models, seed } = context;
  const model = sequential({ input, layers: [layer], noise, divergence, estimator: models.local() });
  const [{ part }] = modelParts(model);
  const shape = part.weightShape;
  const b = createBuilder('kl');
  const inputs = Object.fromEntries(model.parameters.map(({ name, shape: own }) => [name, b.input(name, own)]));
  const parameters = model.parameters.filter(({ name }) => !name.endsWith('/bias'));
  const nameOf = (name: string) => name.split('/')[1];
  const [{ kl }] = model.divergences(b, inputs);
  b.output('kl', b.reshape(kl, []));
  gradients(
    b,
    kl,
    parameters.map(({ name }) => inputs[name]),
  ).forEach((gradient, i) => {
    b.output(nameOf(parameters[i].name), gradient);
  });
  const shared = Object.fromEntries(
    model.parameters.map(({ name, shape: own }, i) => {
      const [from, to] = ranges[nameOf(name)] ?? [1, 2];
      const count = own.reduce((product, n) => product * n, 1);
      return [name, random.uniform(random.foldIn(random.key(seed), i), count).map((u) => from + (to - from) * u)];
    }),
  );
  const values: Values = Object.fromEntries(
    Object.entries(shared).map(([name, each]) => [nameOf(name), Float64Array.from(each)]),
  );
  const [found] = await run(backend, b.build(), shared, [{}]);
  const check = (what: string, got: number, parts: readonly number[]) => {
    const bound = float32Error * sum(parts.map(Math.abs));
    const error = Math.abs(got - sum(parts));
    if (!(error <= bound)) throw new Error(`${what}: got ${got}, wanted ${sum(parts)} ± ${bound}`);
    ledger.compare(error, bound);
  };
  check('KL', found.kl[0], closed(values, shape));
  for (const { name } of parameters) {
    const own = nameOf(name);
    found[own].forEach((got, i) => {
      const at = (offset: number) => {
        const moved = Float64Array.from(values[own]);
        moved[i] += offset;
        return closed({ ...values, [own]: moved }, shape);
      };
      const [above, below] = [at(step), at(-step)];
      check(
        `dKL in element ${i} of ${own}`,
        got,
        above.map((part, k) => (part - below[k]) / (2 * step)),
      );
    });
  }
}

/**
 * The KL of whole layers and its derivatives. Each independent variable counts once. The variables are the weights if
 * each has noise of its own, and the input units (in convolutions: channels) for noise on the inputs. The number of
 * positions of a filter does not matter.
 */
export async function checkCounts(context: LawContext): Promise<void> {
  const { models } = context;
  for (const each of casesOf(models)) {
    await checkOnce(context, `counts of a dense layer, ${each.name}`, () =>
      checkCase(context, each, models.dense({ units: 5 }), [3]),
    );
    await checkOnce(context, `counts of a convolution, ${each.name}`, () =>
      checkCase(context, each, models.conv2d({ filters: 4, size: [2, 3] }), [5, 7, 3]),
    );
  }
}
