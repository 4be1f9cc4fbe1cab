import type { Divergence } from '@vardrop/core';
import { createBuilder, gradients, type Program } from '@vardrop/core/program';
import { checkOnce } from '../checkProperty.js';
import { exactKl } from '../data/exactKl.js';
import { type KlPoint, klFormulas } from '../klFormulas.js';
import type { LawContext } from '../law.js';
import type { Models } from '../models.js';
import { run } from '../run.js';

/** Relative error that float32 may have in a KL, as in the law's comparisons with formulas. */
const float32Error = 3e-6;

/** The KL of a layer of additive noise, `[count, 1]` weights. */
function layerKl(models: Models, divergence: Divergence, count: number): Program {
  const b = createBuilder('kl');
  const parameters = {
    weights: b.input('weights', [count, 1], 'iteration'),
    logVariance: b.input('logVariance', [count, 1], 'iteration'),
  };
  const posterior = models.sparseVariational().posterior?.(b, parameters, [count, 1]);
  if (!posterior) throw new Error('sparse variational noise has no posterior');
  const kl = b.reshape(divergence.kl(b, posterior), []);
  b.output('kl', kl);
  b.output('slope', gradients(b, kl, [parameters.logVariance])[0]);
  return b.build();
}

/** KL at θ = 1 and each log α, one weight at a time, with its slope with respect to log α. */
async function curve({ backend, models }: LawContext, divergence: Divergence, logAlphas: readonly number[]) {
  const results = await run(
    backend,
    layerKl(models, divergence, 1),
    {},
    logAlphas.map((value) => ({
      inputs: { weights: Float32Array.of(1), logVariance: Float32Array.of(value) },
    })),
  );
  return results.map(({ kl, slope }) => ({ kl: kl[0], slope: slope[0] }));
}

/**
 * The largest errors of the approximations of the exact KL (the sigmoid for all α, the cubic for α ≤ 1), and of the
 * sigmoid's slope with respect to log α. The figures have three digits, plus half a unit of the last one.
 */
const published = { sigmoid: { value: 0.009385, slope: 0.01375 }, cubic: { value: 0.04035 } } as const;

const rounded = (point: KlPoint) => float32Error * point.valueTerms;

/** Throws if two numbers are further apart than `bound`. */
function within({ ledger }: LawContext, what: string, got: number, wanted: number, bound: number): void {
  const error = Math.abs(got - wanted);
  if (!(error <= bound)) throw new Error(`${what}: got ${got}, wanted ${wanted} ± ${bound}`);
  ledger.compare(error, bound);
}

const logAlphas = Array.from({ length: 81 }, (_, i) => Math.fround(-20 + i / 2));

/**
 * Properties of every KL of this kind, independent of its formula. It is not negative and falls with α. It tends to 0
 * as α → ∞ and to −½ log α + const as α → 0. It adds up over weights. Approximations are as close to the exact value as
 * published.
 */
export async function checkKlProperties(context: LawContext): Promise<void> {
  const { ard, logUniformExact, logUniformSigmoid } = context.models;
  const divergences = { exact: logUniformExact(), sigmoid: logUniformSigmoid(), ard: ard() } as const;
  for (const [name, divergence] of Object.entries(divergences)) {
    const formula = klFormulas[name as keyof typeof divergences];
    await checkCurve(context, name, divergence, formula);
    await checkAdditive(context, name, divergence);
  }
  await checkDistances(context);
}

/** Checks sign, direction and limits. */
async function checkCurve(
  context: LawContext,
  name: string,
  divergence: Divergence,
  formula: (logAlpha: number) => KlPoint,
): Promise<void> {
  const { ledger } = context;
  await checkOnce(context, `${name}: sign and direction`, async () => {
    const points = await curve(context, divergence, logAlphas);
    points.forEach(({ kl, slope }, i) => {
      const at = `at log α = ${logAlphas[i]}`;
      if (!(kl >= 0)) throw new Error(`KL ${at}: got ${kl}, wanted a number that is not negative`);
      if (!(slope <= 0)) throw new Error(`dKL/d log α ${at}: got ${slope}, wanted a number that is not positive`);
      const before = points[i - 1]?.kl ?? Number.POSITIVE_INFINITY;
      if (!(kl <= before + rounded(formula(logAlphas[i])))) {
        throw new Error(`KL ${at}: got ${kl}, wanted at most the ${before} at the smaller α before it`);
      }
      ledger.compare(0, 0);
    });
  });
  await checkOnce(context, `${name}: limits`, async () => {
    const [small, smaller, large] = await curve(context, divergence, [-30, -34, 40]);
    // The KL grows by half a nat each time α falls by a factor of e. The remaining error is of the order of α.
    within(
      context,
      'KL between α = e⁻³⁰ and e⁻³⁴',
      smaller.kl - small.kl,
      2,
      2 * rounded(formula(-34)) + Math.exp(-29),
    );
    within(context, 'dKL/d log α at α = e⁻³⁴', smaller.slope, -0.5, float32Error + Math.exp(-33));
    within(context, 'KL at α = e⁴⁰', large.kl, 0, 2 * Math.exp(-40));
  });
}

async function checkAdditive(context: LawContext, name: string, divergence: Divergence): Promise<void> {
  const { backend, models } = context;
  await checkOnce(context, `${name}: additive over weights`, async () => {
    const count = 257;
    const weights = Float32Array.from({ length: count }, (_, i) => (i - 128) / 50);
    const logVariance = Float32Array.from({ length: count }, (_, i) => ((i * 37) % 101) / 10 - 8);
    const [whole] = await run(backend, layerKl(models, divergence, count), {}, [{ inputs: { weights, logVariance } }]);
    const parts = await run(
      backend,
      layerKl(models, divergence, 1),
      {},
      Array.from(weights, (weight, i) => ({
        inputs: { weights: Float32Array.of(weight), logVariance: Float32Array.of(logVariance[i]) },
      })),
    );
    const sum = parts.reduce((total, { kl }) => total + kl[0], 0);
    // Both sides have each weight's own rounding errors. One of them is also summed in float32.
    within(context, `KL of ${count} weights`, whole.kl[0], sum, 2 * (float32Error + 2 ** -24 * Math.sqrt(count)) * sum);
  });
}

/** Checks that approximations are as close to the exact value as published. */
async function checkDistances(context: LawContext): Promise<void> {
  const { backend, models } = context;
  await checkOnce(context, 'sigmoid: distance from the exact KL', async () => {
    const table = exactKl.filter(({ alpha }) => alpha >= 1e-6 && alpha <= 1e8);
    const points = await curve(
      context,
      models.logUniformSigmoid(),
      table.map(({ alpha }) => Math.fround(Math.log(alpha))),
    );
    table.forEach(({ alpha, kl, derivative }, i) => {
      // Rounding log α to float32 changes both values by up to that many units of the slope.
      const moved = 2 ** -24 * (1 + Math.abs(Math.log(alpha)));
      within(context, `KL at α = ${alpha}`, points[i].kl, kl, published.sigmoid.value + moved + float32Error * kl);
      within(context, `dKL/d log α at α = ${alpha}`, points[i].slope, derivative, published.sigmoid.slope + moved);
    });
  });
  await checkOnce(context, 'cubic: distance from the exact KL', async () => {
    const rhos = Array.from({ length: 61 }, (_, i) => Math.fround(-18 + i * 0.4));
    const b = createBuilder('cubic');
    const rho = b.input('rho', [1, 1], 'iteration');
    const weights = b.constant(1, [1, 1]);
    const noise = models.variationalDropout({ type: 'B', alpha: 'weight' });
    const posterior = noise.posterior?.(b, { weights, rho }, [1, 1]);
    if (!posterior) throw new Error('variational dropout has no posterior');
    b.output('kl', b.reshape(models.logUniformCubic().kl(b, posterior), []));
    const results = await run(
      backend,
      b.build(),
      {},
      rhos.map((value) => ({ inputs: { rho: Float32Array.of(value) } })),
    );
    rhos.forEach((value, i) => {
      const exact = klFormulas.exact(-Math.log1p(Math.exp(-value)));
      const bound = published.cubic.value + float32Error * (1 + exact.valueTerms);
      within(context, `KL at ρ = ${value}`, results[i].kl[0], exact.value, bound);
    });
  });
}
