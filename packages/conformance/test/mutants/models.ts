import type { Estimator, NoiseModel } from '@vardrop/core';
import type { InputNoise, WeightNoise } from '@vardrop/core/extend';
import type { Builder, Value } from '@vardrop/core/program';
import { coreModels, type Models } from '../../src/models.js';
import { changedVariational, model } from './model.js';
import type { Mutant } from './mutant.js';

/** An estimator that does something else with weight noise. */
const estimating = (make: () => Estimator, apply: Estimator['apply']) => (): Estimator => {
  const estimator = make();
  return {
    ...estimator,
    apply: (context) => (context.noise.acts === 'weights' ? apply(context) : estimator.apply(context)),
  };
};

/** Combinations as core has them, with one estimator replaced. */
const combined = (estimator: () => Estimator) => () =>
  coreModels
    .combinations()
    .map((each) => (each.estimator.name === estimator().name ? { ...each, estimator: estimator() } : each));

/** Weight noise with other moments. */
const weights = (
  noise: WeightNoise,
  change: (b: Builder, moments: ReturnType<WeightNoise['moments']>) => ReturnType<WeightNoise['moments']>,
): WeightNoise => ({
  ...noise,
  moments: (b, parameters) => change(b, noise.moments(b, parameters)),
});

/** Input noise with other factors. */
const factors = (noise: InputNoise, change: (b: Builder, factor: Value) => Value): InputNoise => ({
  ...noise,
  scale: (b, parameters, draw, shape) => change(b, noise.scale(b, parameters, draw, shape)),
});

const { local, separate, single, flipout, gaussianDropout, sparseVariational } = coreModels;

/** Gaussian dropout of either type with one of them changed. */
function changedGaussian(type: 'A' | 'B', change: (noise: NoiseModel) => NoiseModel): Models['gaussianDropout'] {
  return ((options: { type: 'A' | 'B' }) => {
    const noise = gaussianDropout(options as Parameters<typeof gaussianDropout>[0]);
    return options.type === type ? change(noise) : noise;
  }) as Models['gaussianDropout'];
}

const sample: Estimator['apply'] = ({ builder: b, linear, noise, x, parameters, draw }) => {
  if (noise.acts !== 'weights') return x;
  const { mean, deviation } = noise.moments(b, parameters);
  return linear.apply(b, x, b.add(mean, b.mul(deviation, draw('normal', 'weights', mean.shape))));
};

/** local reparametrization by its pieces, so that one of them can be wrong. */
const locally = (change: {
  delta?: (b: Builder, delta: Value, gamma: Value) => Value;
  root?: (b: Builder, delta: Value) => Value;
  zeta?: (b: Builder, zeta: (shape: Value['shape']) => Value, gamma: Value) => Value;
  squareInputs?: boolean;
}): (() => Estimator) =>
  estimating(local, ({ builder: b, linear, noise, x, parameters, draw }) => {
    if (noise.acts !== 'weights') return x;
    const { mean, variance } = noise.moments(b, parameters);
    const gamma = linear.apply(b, x, mean);
    const given = linear.apply(b, change.squareInputs === false ? b.abs(x) : b.square(x), variance);
    const delta = change.delta?.(b, given, gamma) ?? given;
    const root = change.root?.(b, delta) ?? b.sqrt(delta);
    const zeta = (shape: Value['shape']) => draw('normal', 'zeta', shape);
    return b.add(gamma, b.mul(root, change.zeta?.(b, zeta, gamma) ?? zeta(gamma.shape)));
  });

const sparseLocal = 'sparse variational, local';

/** Defects of published implementations (`formulas`, section 5), and their relatives. */
export const modelMutants: readonly Mutant[] = [
  model(
    'a deviation stored as α, type B',
    'local-reparametrization',
    {
      gaussianDropout: changedGaussian('B', (noise) =>
        weights(noise as WeightNoise, (b, moments) => ({
          ...moments,
          variance: b.sqrt(moments.variance),
          deviation: b.sqrt(b.abs(moments.deviation)),
        })),
      ),
    },
    'Gaussian B, local',
  ),
  model(
    'p used as α, type A',
    'local-reparametrization',
    {
      gaussianDropout: changedGaussian('A', (noise) =>
        factors(noise as InputNoise, (b, factor) => b.add(1, b.mul(b.sub(factor, 1), Math.sqrt(0.7)))),
      ),
    },
    'Gaussian A, local',
  ),
  model(
    'the "+ 1" of ξ = 1 + √α ε missing',
    'local-reparametrization',
    {
      gaussianDropout: changedGaussian('A', (noise) => factors(noise as InputNoise, (b, factor) => b.sub(factor, 1))),
    },
    'Gaussian A, local',
  ),
  model(
    'binary dropout that does not rescale',
    'local-reparametrization',
    {
      bernoulli: (options) => factors(coreModels.bernoulli(options) as InputNoise, (b, factor) => b.mul(factor, 0.7)),
    },
    'Bernoulli, local',
  ),
  model(
    'truncated factors without their truncation',
    'local-reparametrization',
    {
      structured: (options) => {
        const noise = coreModels.structured(options) as InputNoise;
        return {
          ...noise,
          scale: (b, { logMean, logDeviation }, draw, shape) => {
            const flat = (value: Value) => b.reshape(value, [shape[shape.length - 1] as number]);
            const spread = b.mul(b.exp(flat(logDeviation)), draw('normal', 'multiplier', shape));
            return b.exp(b.add(flat(logMean), spread));
          },
        };
      },
    },
    'structured pruning, separate',
  ),
  model('log-normal factors without the mass of their interval', 'kl', {
    truncatedLogUniform: () => {
      const divergence = coreModels.truncatedLogUniform();
      return {
        ...divergence,
        kl: (b, posterior) =>
          posterior.kind === 'truncatedLogNormal'
            ? b.sub(
                divergence.kl(b, posterior),
                b.reduceSum(
                  b.special('logNormalCdf', b.neg(b.mul(posterior.logMean, b.exp(b.neg(posterior.logDeviation))))),
                ),
              )
            : divergence.kl(b, posterior),
      };
    },
  }),
  model(
    'type A noise drawn for each weight',
    'local-reparametrization',
    {
      gaussianDropout: ((options: Parameters<typeof gaussianDropout>[0]) =>
        gaussianDropout({ ...options, type: 'B' })) as Models['gaussianDropout'],
    },
    'Gaussian A, local',
  ),
  model(
    '|a| σ² in place of a² σ²',
    'local-reparametrization',
    { local: locally({ squareInputs: false }) },
    sparseLocal,
  ),
  model(
    'the variance path adds the mean',
    'local-reparametrization',
    { local: locally({ delta: (b, delta, gamma) => b.add(delta, b.abs(gamma)) }) },
    sparseLocal,
  ),
  model(
    'the variance in place of its root',
    'local-reparametrization',
    { local: locally({ root: (_, delta) => delta }) },
    sparseLocal,
  ),
  model('an epsilon of 0.01 under the root', 'special-cases', {
    local: locally({ root: (b, delta) => b.sqrt(b.add(delta, 0.01)) }),
  }),
  model(
    'one ζ for all units of a layer',
    'local-reparametrization',
    {
      local: locally({
        zeta: (b, zeta, gamma) =>
          b.broadcast(zeta(gamma.shape.map((n, axis) => (axis === gamma.shape.length - 1 ? 1 : n))), gamma.shape),
      }),
    },
    sparseLocal,
  ),
  model(
    'one ζ for all datapoints',
    'local-reparametrization',
    {
      local: locally({
        zeta: (b, zeta, gamma) => b.broadcast(zeta(gamma.shape.map((n, axis) => (axis === 0 ? 1 : n))), gamma.shape),
      }),
    },
    sparseLocal,
  ),
  model(
    'one ζ for all locations of a convolution',
    'local-reparametrization',
    {
      local: locally({
        zeta: (b, zeta, gamma) =>
          b.broadcast(
            zeta(gamma.shape.map((n, axis) => ((axis === 1 || axis === 2) && gamma.shape.length === 4 ? 1 : n))),
            gamma.shape,
          ),
      }),
    },
    'convolution, local',
  ),
  model(
    '√δ at δ = 0 with an infinite slope',
    'gradients',
    (() => {
      const broken = locally({
        root: (b, delta) => b.withDerivative(b.sqrt(delta), [[delta, b.div(0.5, b.sqrt(delta))]]),
      });
      return { local: broken, combinations: combined(broken) };
    })(),
  ),
  model(
    'a gradient that stops at the variance',
    'gradient-variance',
    { local: locally({ root: (b, delta) => b.sqrt(b.stopGradient(delta)) }) },
    'moments, local',
  ),

  model(
    'flipout signs drawn as floats',
    'local-reparametrization',
    {
      flipout: estimating(flipout, ({ builder: b, linear, noise, x, parameters, draw }) => {
        if (noise.acts !== 'weights') return x;
        const { mean, deviation } = noise.moments(b, parameters);
        const floats = (name: string, shape: Value['shape']) => b.sub(b.mul(2, draw('uniform', name, shape)), 1);
        const inputs = floats('inputSigns', ['batch', ...linear.inputFactors.slice(1)]);
        const outputs = floats('outputSigns', ['batch', ...linear.outputFactors.slice(1)]);
        const perturbation = b.mul(deviation, draw('normal', 'weights', mean.shape));
        return b.add(linear.apply(b, x, mean), b.mul(linear.apply(b, b.mul(x, inputs), perturbation), outputs));
      }),
    },
    'sparse variational, flipout',
  ),
  model(
    'flipout of the whole weight',
    'special-cases',
    {
      flipout: estimating(flipout, ({ builder: b, linear, noise, x, parameters, draw }) => {
        if (noise.acts !== 'weights') return x;
        const { mean, deviation } = noise.moments(b, parameters);
        const signs = (name: string, shape: Value['shape']) =>
          b.selectGreater(0.5, draw('uniform', name, shape), 1, -1);
        const inputs = signs('inputSigns', ['batch', ...linear.inputFactors.slice(1)]);
        const outputs = signs('outputSigns', ['batch', ...linear.outputFactors.slice(1)]);
        const whole = b.add(mean, b.mul(deviation, draw('normal', 'weights', mean.shape)));
        return b.add(linear.apply(b, x, mean), b.mul(linear.apply(b, b.mul(x, inputs), whole), outputs));
      }),
    },
    'variance towards 0, flipout: the deterministic layer',
  ),
  model(
    'flipout without signs of the outputs',
    'local-reparametrization',
    {
      flipout: estimating(flipout, sample),
    },
    'sparse variational, flipout',
  ),
  model(
    'separate noise that is drawn once',
    'gradient-variance',
    { separate: estimating(separate, sample) },
    'moments, separate',
  ),
  model(
    'single noise that is drawn for each datapoint',
    'local-reparametrization',
    { single: estimating(single, (context) => separate().apply(context)) },
    'sparse variational, single',
  ),
  model(
    'single noise with half the deviation',
    'gradient-variance',
    {
      single: estimating(single, (context) => {
        const { noise } = context;
        if (noise.acts !== 'weights') return context.x;
        return sample({
          ...context,
          noise: weights(noise, (b, moments) => ({ ...moments, deviation: b.mul(0.5, moments.deviation) })),
        });
      }),
    },
    'moments, single',
  ),
  model(
    'σ² learned, exp forgotten',
    'local-reparametrization',
    {
      sparseVariational: (options) => ({
        ...sparseVariational(options),
        moments: (b, { weights: mean, logVariance }) => ({
          mean,
          variance: b.abs(logVariance),
          deviation: b.sqrt(b.abs(logVariance)),
        }),
      }),
    },
    sparseLocal,
  ),
  model('α = e^ρ in place of its sigmoid', 'special-cases', {
    variationalDropout: changedVariational((noise) =>
      noise.acts === 'weights'
        ? {
            ...noise,
            moments: (b, { weights: mean, rho }) => ({
              mean,
              variance: b.mul(b.exp(rho), b.square(mean)),
              deviation: b.mul(b.exp(b.mul(0.5, rho)), mean),
            }),
          }
        : noise,
    ),
  }),
  model('learned rates that forget the temperature', 'local-reparametrization', {
    bernoulliLearned: (options) => coreModels.bernoulliLearned({ ...options, temperature: 1 }),
  }),
  model('mean-field noise of twice the variance', 'gradient-variance', {
    meanField: (options) =>
      weights(coreModels.meanField(options), (b, moments) => ({
        ...moments,
        variance: b.mul(2, moments.variance),
        deviation: b.mul(Math.SQRT2, moments.deviation),
      })),
  }),
];
