import { describe, expect, it } from 'vitest';
import {
  ard,
  type Divergence,
  gaussianPrior,
  logUniformCubic,
  logUniformExact,
  logUniformSigmoid,
} from '../../src/divergences/index.js';
import {
  bernoulliLearned,
  meanField,
  type NoiseModel,
  type Posterior,
  sparseVariational,
  variationalDropout,
} from '../../src/noise/index.js';
import { type Builder, createBuilder, type Value } from '../../src/program/builder.js';
import { gradients } from '../../src/program/differentiate.js';
import { expand } from '../../src/program/expand.js';
import { simplify } from '../../src/program/simplify.js';
import { evaluate } from '../../src/reference/index.js';
import { dawson } from '../../src/special/dawson.js';
import { logUniformKl } from '../../src/special/logUniformKl.js';

const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));
const exactKl = (alpha: number) => logUniformKl(1 / Math.sqrt(2 * alpha));
/** dKL/d log α = −s D(s). */
const exactSlope = (alpha: number) => {
  const s = 1 / Math.sqrt(2 * alpha);
  return -s * dawson(s);
};

/** KL of one noise variable with this α, and its derivative in log α, as the divergence's program gives them. */
function ofAlpha(divergence: Divergence): (alpha: number) => { kl: number; slope: number } {
  const b = createBuilder('alpha');
  const logAlpha = b.input('logAlpha', []);
  const kl = divergence.kl(b, { kind: 'scale', logAlpha, alpha: b.exp(logAlpha), count: 1 });
  b.output('kl', kl);
  b.output('slope', gradients(b, kl, [logAlpha])[0]);
  const program = simplify(b.build());
  return (alpha) => {
    const result = evaluate(program, { inputs: { logAlpha: [Math.log(alpha)] } });
    return { kl: result.kl[0], slope: result.slope[0] };
  };
}

/** Largest distance of a divergence from the exact KL on a fine grid of log α, and where it is. */
function largestError(divergence: Divergence, what: 'kl' | 'slope', from: number, to: number) {
  const approximate = ofAlpha(divergence);
  let largest = { error: 0, logAlpha: Number.NaN };
  for (let i = 0; i <= 4000; i++) {
    const logAlpha = from + ((to - from) * i) / 4000;
    const alpha = Math.exp(logAlpha);
    const error = Math.abs(approximate(alpha)[what] - (what === 'kl' ? exactKl(alpha) : exactSlope(alpha)));
    if (error > largest.error) largest = { error, logAlpha };
  }
  return largest;
}

const alphas = [1e-4, 1e-2, 0.1224, 0.5, 1];

describe('the log-uniform divergences', () => {
  it('exact: 2 ∫ D, its derivative −s D(s), positive, falling to 0 as α grows', () => {
    const exact = ofAlpha(logUniformExact());
    let last = Number.POSITIVE_INFINITY;
    for (let logAlpha = -18; logAlpha <= 30; logAlpha += 0.5) {
      const alpha = Math.exp(logAlpha);
      const { kl, slope } = exact(alpha);
      expect(Math.abs(kl / exactKl(alpha) - 1)).toBeLessThan(1e-13);
      expect(Math.abs(slope / exactSlope(alpha) - 1)).toBeLessThan(1e-13);
      expect(kl).toBeGreaterThan(0);
      expect(kl).toBeLessThan(last);
      last = kl;
    }
    expect(last).toBeLessThan(1e-13);
  });

  it('cubic: the published polynomial, put on the exact one’s scale', () => {
    const cubic = ofAlpha(logUniformCubic());
    for (const a of alphas) {
      const published = -(0.5 * Math.log(a) + 1.16145124 * a - 1.50204118 * a ** 2 + 0.58629921 * a ** 3);
      expect(cubic(a).kl).toBeCloseTo(published + 0.635181422730739, 13);
      expect(cubic(a).slope).toBeCloseTo(-(0.5 + 1.16145124 * a - 3.00408236 * a ** 2 + 1.75889763 * a ** 3), 13);
    }
    const value = largestError(logUniformCubic(), 'kl', Math.log(1e-6), 0);
    expect(value.error).toBeCloseTo(0.0403, 4);
    expect(Math.exp(value.logAlpha)).toBeCloseTo(0.1224, 2);
    const slope = largestError(logUniformCubic(), 'slope', Math.log(1e-6), 0);
    expect(slope.error).toBeCloseTo(0.0539, 4);
    expect(Math.exp(slope.logAlpha)).toBe(1);
  });

  it('sigmoid: the published form, 0 as α grows', () => {
    const approximate = ofAlpha(logUniformSigmoid());
    for (const a of [...alphas, 3, 1e3]) {
      const published = -(0.63576 * sigmoid(1.8732 + 1.48695 * Math.log(a)) - 0.5 * Math.log1p(1 / a) - 0.63576);
      expect(approximate(a).kl).toBeCloseTo(published, 13);
    }
    expect(approximate(1e12).kl).toBeLessThan(1e-12);
    const value = largestError(logUniformSigmoid(), 'kl', -20, 20);
    expect(value.error).toBeLessThanOrEqual(0.00938);
    expect(value.error).toBeGreaterThan(0.0093);
    expect(value.logAlpha).toBeCloseTo(-3.51, 1);
    const slope = largestError(logUniformSigmoid(), 'slope', -20, 20);
    expect(slope.error).toBeCloseTo(0.0137, 4);
    expect(slope.logAlpha).toBeCloseTo(-2.49, 1);
  });
});

describe('the proper priors', () => {
  it('ard: ½ log(1 + 1/α)', () => {
    const kl = ofAlpha(ard());
    for (const a of [1e-8, 1e-3, 1, 50, 1e8]) {
      expect(Math.abs(kl(a).kl / (0.5 * Math.log1p(1 / a)) - 1)).toBeLessThan(1e-14 * 10);
      expect(kl(a).slope).toBeCloseTo(-0.5 / (1 + a), 14);
    }
  });

  /** ∫ q log(q/p) for q = N(mean, variance), p = N(0, σ²), by the trapezoidal rule, which is exact to rounding here. */
  function integrated(mean: number, variance: number, sigma: number): number {
    const deviation = Math.sqrt(variance);
    const logDensity = (w: number, m: number, s: number) =>
      -0.5 * ((w - m) / s) ** 2 - Math.log(s) - 0.5 * Math.log(2 * Math.PI);
    let sum = 0;
    const h = deviation / 50;
    for (let i = -1000; i <= 1000; i++) {
      const w = mean + i * h;
      const logQ = logDensity(w, mean, deviation);
      sum += Math.exp(logQ) * (logQ - logDensity(w, 0, sigma)) * h;
    }
    return sum;
  }

  const klOf = (
    divergence: Divergence,
    posterior: (b: Builder, x: Value, y: Value) => Posterior,
    x: number[],
    y: number[],
  ) => {
    const b = createBuilder('kl');
    b.output('kl', divergence.kl(b, posterior(b, b.input('x', [x.length]), b.input('y', [y.length]))));
    return evaluate(b.build(), { inputs: { x, y } }).kl[0];
  };

  it('gaussian: the integral, summed over weights, from the posterior to the prior', () => {
    for (const sigma of [0.3, 1, 2]) {
      const [means, logVariances] = [
        [0, 0.5, -2],
        [-3, 0.2, -1],
      ];
      const kl = klOf(
        gaussianPrior({ sigma }),
        (_, mean, logVariance) => ({ kind: 'gaussian', mean, logVariance }),
        means,
        logVariances,
      );
      const expected = means.reduce((sum, mean, i) => sum + integrated(mean, Math.exp(logVariances[i]), sigma), 0);
      expect(Math.abs(kl / expected - 1)).toBeLessThan(1e-12);
    }
    const same = klOf(
      gaussianPrior({ sigma: 2 }),
      (_, mean, logVariance) => ({ kind: 'gaussian', mean, logVariance }),
      [0],
      [2 * Math.log(2)],
    );
    expect(same).toBeCloseTo(0, 15);
  });

  it('gaussian, of factors N(1, α)', () => {
    const kl = klOf(
      gaussianPrior({ sigma: 0.5 }),
      (b, logAlpha) => ({ kind: 'scale', logAlpha, alpha: b.exp(logAlpha), count: 7 }),
      [-1, -0.1],
      [0],
    );
    const expected = 7 * (integrated(1, Math.exp(-1), 0.5) + integrated(1, Math.exp(-0.1), 0.5));
    expect(Math.abs(kl / expected - 1)).toBeLessThan(1e-12);
  });

  it('gaussian, of Bernoulli noise: the published form with l = 1/σ', () => {
    const [weights, p] = [[1, -2, 0.5], 0.1];
    const logit = Math.log(p / (1 - p));
    const kl = klOf(
      gaussianPrior({ sigma: 2 }),
      (_, w, rho) => ({ kind: 'bernoulli', weights: w, logit: rho, count: 5 }),
      weights,
      [logit],
    );
    const squares = weights.reduce((sum, w) => sum + w * w, 0);
    const expected = (0.5 / 4) * (squares / (1 - p)) + 5 * (p * Math.log(p) + (1 - p) * Math.log(1 - p));
    expect(kl).toBeCloseTo(expected, 13);
  });

  for (const sigma of [0, -1, Number.NaN, Number.POSITIVE_INFINITY]) {
    it(`gaussian refuses σ = ${sigma}`, () =>
      expect(() => gaussianPrior({ sigma })).toThrow(expect.objectContaining({ code: 'VARDROP_SIGMA' })));
  }
});

/** KL of a noise model on weights of this shape, whose own parameters are all `value`, and weights `theta`. */
function klOfNoise(noise: NoiseModel, divergence: Divergence, weights: readonly number[], value: number, theta = 1) {
  const b = createBuilder('noise');
  const specifications = [{ name: 'weights', shape: weights }, ...noise.parameters(weights)];
  const parameters = Object.fromEntries(specifications.map(({ name, shape }) => [name, b.input(name, shape)]));
  const kl = divergence.kl(b, noise.posterior!(b, parameters, weights));
  b.output('kl', kl);
  gradients(b, kl, Object.values(parameters)).forEach((gradient, i) => {
    b.output(specifications[i].name, gradient);
  });
  const program = simplify(expand(b.build(), ['dawson', 'logUniformKl', 'sigmoid', 'softplus', 'tanh']));
  const inputs = Object.fromEntries(
    program.nodes.flatMap((node) => {
      if (node.op !== 'input') return [];
      const count = node.shape.reduce<number>((product, n) => product * (n as number), 1);
      return [[node.name, new Array<number>(count).fill(node.name === 'weights' ? theta : value)]];
    }),
  );
  return evaluate(program, { inputs });
}

describe('the KL is summed once for each independent noise variable', () => {
  const half = exactKl(0.5);
  for (const [weights, name] of [
    [[3, 5], 'dense'],
    [[2, 3, 4, 5], 'conv2d'],
  ] as const) {
    const all = weights.reduce<number>((product, n) => product * n, 1);
    for (const alpha of ['network', 'layer', 'input', 'output', 'weight'] as const) {
      it(`type B, ${name}, an α for each ${alpha}: ${all} weights`, () => {
        const { kl } = klOfNoise(variationalDropout({ type: 'B', alpha }), logUniformExact(), weights, 0);
        expect(kl[0]).toBeCloseTo(all * half, 10);
      });
    }
    const units = weights[weights.length - 2];
    for (const alpha of ['network', 'layer', 'input'] as const) {
      it(`type A, ${name}, an α for each ${alpha}: ${units} input units`, () => {
        for (const [divergence, one] of [
          [logUniformExact(), half],
          [ard(), 0.5 * Math.log(3)],
          [gaussianPrior(), 0.5 * (0.5 - Math.log(0.5))],
        ] as const) {
          const { kl } = klOfNoise(variationalDropout({ type: 'A', alpha }), divergence, weights, 0);
          expect(kl[0]).toBeCloseTo(units * one, 10);
        }
      });
    }
    it(`sparse, ${name}: ${all} weights`, () => {
      const { kl } = klOfNoise(sparseVariational(), logUniformExact(), weights, Math.log(0.5));
      expect(kl[0]).toBeCloseTo(all * half, 10);
    });
    it(`Bernoulli, ${name}: entropies of input units, or of weights`, () => {
      const entropy = (count: number) => -count * Math.log(2);
      for (const [rates, count] of [
        ['layer', units],
        ['input', units],
        ['weight', all],
      ] as const) {
        const { kl } = klOfNoise(bernoulliLearned({ rates }), gaussianPrior(), weights, 0, 0);
        expect(kl[0]).toBeCloseTo(entropy(count), 12);
      }
    });
  }

  it('so the gradient of a shared α grows with what it stands for', () => {
    const one = klOfNoise(variationalDropout({ type: 'B' }), logUniformExact(), [1, 1], 0).rho[0];
    const many = klOfNoise(variationalDropout({ type: 'B' }), logUniformExact(), [10, 10], 0).rho[0];
    expect(many).toBeCloseTo(100 * one, 10);
    expect(one).toBeLessThan(0);
  });
});

describe('at θ = 0', () => {
  for (const divergence of [logUniformExact(), logUniformSigmoid(), ard()]) {
    it(`${divergence.name}: sparse weights have a KL of almost 0 and a finite gradient`, () => {
      const { kl, weights, logVariance } = klOfNoise(sparseVariational(), divergence, [2, 2], -10, 0);
      // −log α is held at log 2⁻¹²⁶ + 10, where ard is ½ e^(−77).
      expect(kl[0]).toBeGreaterThanOrEqual(0);
      expect(kl[0]).toBeLessThan(1e-30);
      expect([...weights, ...logVariance].every(Number.isFinite)).toBe(true);
      expect([...weights]).toEqual([0, 0, 0, 0]);
    });
  }
  it('gaussian: mean-field weights', () => {
    const { kl, weights } = klOfNoise(meanField(), gaussianPrior(), [1, 1], 0, 0);
    expect([kl[0], weights[0]]).toEqual([0, 0]);
  });
});

describe('the sigmoid form for weights that have an α each', () => {
  const ofOne = ofAlpha(logUniformSigmoid());
  for (const theta of [1, 0.03, -2.5]) {
    it(`is that of α, as are its derivatives: θ = ${theta}`, () => {
      for (let logAlpha = -20; logAlpha <= 20; logAlpha += 0.25) {
        const logVariance = logAlpha + Math.log(theta ** 2);
        const wanted = ofOne(Math.exp(logAlpha));
        const found = klOfNoise(sparseVariational(), logUniformSigmoid(), [1, 1], logVariance, theta);
        // A logarithm of a square is a few units of 2⁻⁵³ off, which k₃ and the slope carry over.
        const bound = 1e-13 * (1 + Math.abs(logAlpha));
        expect(Math.abs(found.kl[0] / wanted.kl - 1)).toBeLessThan(bound);
        expect(Math.abs(found.logVariance[0] / wanted.slope - 1)).toBeLessThan(bound);
        expect(Math.abs(found.weights[0] / ((-2 / theta) * wanted.slope) - 1)).toBeLessThan(bound);
      }
    });
  }
  it('is finite, and falls as fast as ½ log α does, where σ² underflows', () => {
    const { kl, weights, logVariance } = klOfNoise(sparseVariational(), logUniformSigmoid(), [1, 1], -800, 1);
    expect(kl[0]).toBeGreaterThan(40);
    expect(kl[0]).toBeLessThan(400);
    expect(logVariance[0]).toBeCloseTo(-0.5, 12);
    expect(weights[0]).toBeCloseTo(1, 12);
  });
});

describe('a posterior that a divergence is not defined for', () => {
  const b = createBuilder('refused');
  const x = b.input('x', []);
  const bernoulli: Posterior = { kind: 'bernoulli', weights: x, logit: x, count: 1 };
  for (const [divergence, posterior] of [
    [logUniformExact(), bernoulli],
    [logUniformSigmoid(), bernoulli],
    [ard(), bernoulli],
    [logUniformCubic(), bernoulli],
    [logUniformCubic(), { kind: 'gaussian', mean: x, logVariance: x }],
  ] as const) {
    it(`is refused: ${divergence.name}, ${posterior.kind}`, () =>
      expect(() => divergence.kl(b, posterior)).toThrow(expect.objectContaining({ code: 'VARDROP_COMBINATION' })));
  }
});
