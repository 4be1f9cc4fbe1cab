import type {
  Builder,
  Divergence,
  Estimator,
  InputNoise,
  NoiseModel,
  Posterior,
  Value,
  WeightNoise,
} from '@vardrop/core';
import { coreModels, type Models } from '../../src/models.js';
import { type Mutant, withModels } from './mutant.js';

const model = (defect: string, law: string, models: Partial<Models>, property?: string): Mutant => ({
  subject: 'models',
  defect,
  law,
  properties: property === undefined ? undefined : [property],
  models: withModels(models),
});

/** A divergence whose value is changed. */
const diverging =
  <Given extends unknown[]>(
    make: (...given: Given) => Divergence,
    change: (b: Builder, kl: Value, posterior: Posterior) => Value,
  ) =>
  (...given: Given): Divergence => {
    const divergence = make(...given);
    return { ...divergence, kl: (b, posterior) => change(b, divergence.kl(b, posterior), posterior) };
  };

/** A divergence that sees another posterior. */
const seeing =
  <Given extends unknown[]>(
    make: (...given: Given) => Divergence,
    see: (b: Builder, posterior: Posterior) => Posterior,
  ) =>
  (...given: Given): Divergence => {
    const divergence = make(...given);
    return { ...divergence, kl: (b, posterior) => divergence.kl(b, see(b, posterior)) };
  };

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

const { local, separate, single, flipout, gaussianDropout, variationalDropout, sparseVariational, sgvb } = coreModels;

/** Gaussian dropout of either type with one of them changed. */
function changedGaussian(type: 'A' | 'B', change: (noise: NoiseModel) => NoiseModel): Models['gaussianDropout'] {
  return ((options: { type: 'A' | 'B' }) => {
    const noise = gaussianDropout(options as Parameters<typeof gaussianDropout>[0]);
    return options.type === type ? change(noise) : noise;
  }) as Models['gaussianDropout'];
}

function changedVariational(change: (noise: NoiseModel) => NoiseModel): Models['variationalDropout'] {
  return ((options: Parameters<typeof variationalDropout>[0]) =>
    change(variationalDropout(options))) as Models['variationalDropout'];
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
  model('sign of the KL flipped', 'kl', {
    logUniformExact: diverging(coreModels.logUniformExact, (b, kl) => b.neg(kl)),
  }),
  model('sign of the sigmoid form flipped', 'kl', {
    logUniformSigmoid: diverging(coreModels.logUniformSigmoid, (b, kl) => b.neg(kl)),
  }),
  model('KL averaged over weights', 'kl', {
    logUniformExact: diverging(coreModels.logUniformExact, (b, kl, posterior) =>
      b.div(
        kl,
        posterior.kind === 'gaussian' ? (posterior.mean.shape as number[]).reduce((n, m) => n * m, 1) : posterior.count,
      ),
    ),
  }),
  model(
    'KL of a shared α counted once',
    'kl',
    {
      logUniformExact: seeing(coreModels.logUniformExact, (_, posterior) =>
        posterior.kind === 'scale' ? { ...posterior, count: 1 } : posterior,
      ),
    },
    'counts',
  ),
  model(
    'KL of type A counts weights',
    'kl',
    {
      variationalDropout: changedVariational((noise) => {
        const { posterior } = noise as InputNoise;
        if (noise.acts !== 'inputs' || !posterior) return noise;
        return {
          ...noise,
          posterior: (b, parameters, shape) => {
            const found = posterior(b, parameters, shape);
            return found.kind === 'scale' ? { ...found, count: found.count * shape[shape.length - 1] } : found;
          },
        };
      }),
    },
    'counts',
  ),
  model(
    'KL(prior ‖ posterior)',
    'kl',
    {
      gaussian: (options) => {
        const divergence = coreModels.gaussian(options);
        return {
          ...divergence,
          kl: (b, posterior) => {
            if (posterior.kind !== 'gaussian') return divergence.kl(b, posterior);
            // log(σ/τ) + (τ² + θ²)/(2σ²) − ½.
            const tau = options?.sigma ?? 1;
            const ratio = b.mul(b.add(tau ** 2, b.square(posterior.mean)), b.exp(b.neg(posterior.logVariance)));
            return b.reduceSum(b.sub(b.add(b.mul(0.5, posterior.logVariance), b.mul(0.5, ratio)), 0.5 + Math.log(tau)));
          },
        };
      },
    },
    'gaussian',
  ),
  model('ARD without its half', 'kl', { ard: diverging(coreModels.ard, (b, kl) => b.mul(2, kl)) }, 'additive ard'),
  model(
    'the cubic form without its constant',
    'kl',
    {
      logUniformCubic: diverging(coreModels.logUniformCubic, (b, kl, posterior) =>
        posterior.kind === 'scale' ? b.sub(kl, 0.635181422730739 * posterior.count) : kl,
      ),
    },
    'type B cubic',
  ),
  model(
    'a deviation taken for α in the KL',
    'kl',
    {
      logUniformExact: seeing(coreModels.logUniformExact, (b, posterior) =>
        posterior.kind === 'gaussian' ? { ...posterior, logVariance: b.mul(0.5, posterior.logVariance) } : posterior,
      ),
    },
    'additive exact',
  ),
  model(
    'a clip of log α at 8 in the KL',
    'kl',
    {
      logUniformSigmoid: seeing(coreModels.logUniformSigmoid, (b, posterior) =>
        posterior.kind === 'gaussian' ? { ...posterior, logVariance: b.max(posterior.logVariance, -8) } : posterior,
      ),
    },
    'sigmoid: limits',
  ),
  model(
    'an epsilon in log θ²',
    'kl',
    {
      logUniformExact: seeing(coreModels.logUniformExact, (b, posterior) =>
        posterior.kind === 'gaussian'
          ? { ...posterior, mean: b.sqrt(b.add(b.square(posterior.mean), 1e-4)) }
          : posterior,
      ),
    },
    'additive exact',
  ),

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

  ...sgvbMutants(),
];

function sgvbMutants(): readonly Mutant[] {
  type Parts = ReturnType<typeof sgvb>;
  const changed =
    (change: (b: Builder, parts: Parts, scales: Parameters<typeof sgvb>[4]) => Partial<Parts>): Models['sgvb'] =>
    (b, network, likelihood, values, scales) => {
      const parts = sgvb(b, network, likelihood, values, scales);
      return { ...parts, ...change(b, parts, scales) };
    };
  return [
    model('the sum over the minibatch in place of its mean', 'sgvb', {
      sgvb: changed((b, { dataTerm, kl }, { datapoint, kl: scale }) => {
        const total = b.div(dataTerm, datapoint);
        return { dataTerm: total, loss: b.add(total, b.mul(scale, kl)) };
      }),
    }),
    model(
      'the KL not divided by N',
      'sgvb',
      { sgvb: changed((b, { dataTerm, kl }) => ({ loss: b.add(dataTerm, kl) })) },
      'formula',
    ),
    model(
      'the KL divided by M',
      'sgvb',
      { sgvb: changed((b, { dataTerm, kl }, { datapoint }) => ({ loss: b.add(dataTerm, b.mul(datapoint, kl)) })) },
      'formula',
    ),
    model(
      'the KL subtracted from the loss',
      'sgvb',
      { sgvb: changed((b, { dataTerm, kl }, { kl: scale }) => ({ loss: b.sub(dataTerm, b.mul(scale, kl)) })) },
      'formula',
    ),
    model(
      'the KL without a gradient',
      'sgvb',
      {
        sgvb: changed((b, { dataTerm, kl }, { kl: scale }) => ({
          loss: b.add(dataTerm, b.stopGradient(b.mul(scale, kl))),
        })),
      },
      'weight of the KL',
    ),
    model(
      'the KL weight on the whole loss',
      'sgvb',
      { sgvb: changed((b, { loss }, { kl: scale }) => ({ loss: b.mul(loss, scale) })) },
      'formula',
    ),
    model(
      'a data term whose sign is the log-likelihood',
      'sgvb',
      {
        sgvb: changed((b, { dataTerm, kl }, { kl: scale }) => {
          const likelihood = b.neg(dataTerm);
          return { dataTerm: likelihood, loss: b.add(likelihood, b.mul(scale, kl)) };
        }),
      },
      'formula',
    ),
  ];
}
