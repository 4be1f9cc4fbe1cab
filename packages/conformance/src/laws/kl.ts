import type { Backend, Divergence, NoiseModel } from '@vardrop/core';
import { createBuilder, gradients, type Program } from '@vardrop/core/program';
import { dawson, logUniformKl } from '@vardrop/core/reference';
import { checkOnce } from '../checkProperty.js';
import { exactKl } from '../data/exactKl.js';
import { type KlPoint, klFormulas } from '../klFormulas.js';
import type { Law, LawContext } from '../law.js';
import type { Ledger } from '../ledger.js';
import { run } from '../run.js';
import { checkCounts } from './klCounts.js';
import { checkKlProperties } from './klProperties.js';

/** Relative error that float32 may have in a KL and in its derivative. */
const float32Error = 3e-6;

/** The same for the float64 functions compared with the table. */
const float64Error = 1e-12;

/**
 * The KL of one noise variable and its derivatives with respect to the parameters, which are scalars with extra axes of
 * length 1.
 */
function klProgram(noise: NoiseModel, divergence: Divergence, parameters: readonly string[]): Program {
  const b = createBuilder('kl');
  const values = Object.fromEntries(parameters.map((name) => [name, b.input(name, [1, 1], 'iteration')]));
  const posterior = noise.posterior?.(b, { weights: b.constant(1, [1, 1]), ...values }, [1, 1]);
  if (!posterior) throw new Error(`noise '${noise.name}' has no posterior`);
  const kl = b.reshape(divergence.kl(b, posterior), []);
  b.output('kl', kl);
  gradients(b, kl, Object.values(values)).forEach((gradient, i) => {
    b.output(`d ${parameters[i]}`, gradient);
  });
  return b.build();
}

function check(ledger: Ledger, what: string, got: number, wanted: number, bound: number): void {
  const error = Math.abs(got - wanted);
  if (!(error <= bound)) throw new Error(`${what}: got ${got}, wanted ${wanted} ± ${bound}`);
  ledger.compare(error, bound);
}

/** On a backend that computes in float64, only `read` rounds. */
const errorOf = ({ supports }: Backend) => (supports.precision === 'float64' ? 2 ** -23 : float32Error);

/** Values of α over the whole range, four per decade. */
const alphas = Array.from({ length: 65 }, (_, i) => 10 ** (-8 + i / 4));

/**
 * KL and derivatives of additive noise, exactly at the float32 inputs (θ, log σ²). Some forms use log α. It is computed
 * as a difference with the rounded logarithm of a rounded square, scaled and shifted. These errors reach the KL
 * multiplied by its slope.
 */
async function checkAdditive(context: LawContext, name: 'exact' | 'sigmoid' | 'ard', divergence: Divergence) {
  const { backend, ledger } = context;
  const points = [1, 0.03, -2.5].flatMap((theta) =>
    alphas.map((alpha) => {
      const weight = Math.fround(theta);
      return { theta: weight, logVariance: Math.fround(Math.log(alpha) + Math.log(weight ** 2)) };
    }),
  );
  const results = await run(
    backend,
    klProgram(context.models.sparseVariational(), divergence, ['weights', 'logVariance']),
    {},
    points.map(({ theta, logVariance }) => ({
      inputs: { weights: Float32Array.of(theta), logVariance: Float32Array.of(logVariance) },
    })),
  );
  const relative = errorOf(backend);
  points.forEach(({ theta, logVariance }, i) => {
    const logSquare = Math.log(theta ** 2);
    const logAlpha = logVariance - logSquare;
    const point: KlPoint = klFormulas[name](logAlpha);
    const logError =
      name === 'exact' || backend.supports.precision === 'float64'
        ? 0
        : 2 ** -23 * (3 + Math.max(1, backend.supports.ulps.log) * Math.abs(logSquare) + 2 * Math.abs(logAlpha));
    const at = `θ = ${theta}, log σ² = ${logVariance}`;
    const valueBound = relative * point.valueTerms + logError * point.derivativeTerms;
    const slopeBound = (relative + logError) * point.derivativeTerms;
    check(ledger, `KL at ${at}`, results[i].kl[0], point.value, valueBound);
    check(ledger, `dKL/d log σ² at ${at}`, results[i]['d logVariance'][0], point.derivative, slopeBound);
    const perTheta = -2 / theta;
    check(
      ledger,
      `dKL/dθ at ${at}`,
      results[i]['d weights'][0],
      perTheta * point.derivative,
      Math.abs(perTheta) * (slopeBound + 2 ** -23 * point.derivativeTerms),
    );
  });
}

/** KL and derivative of factors N(1, α) or weights N(θ, αθ²), with α = sigmoid(ρ), exactly at the float32 input ρ. */
async function checkBounded(
  context: LawContext,
  name: 'exact' | 'cubic' | 'sigmoid' | 'ard',
  divergence: Divergence,
  type: 'A' | 'B',
) {
  const { backend, ledger } = context;
  const rhos = Array.from({ length: 61 }, (_, i) => Math.fround(-18 + i * 0.4));
  const results = await run(
    backend,
    klProgram(context.models.variationalDropout({ type, alpha: 'layer' }), divergence, ['rho']),
    {},
    rhos.map((rho) => ({ inputs: { rho: Float32Array.of(rho) } })),
  );
  const relative = errorOf(backend);
  rhos.forEach((rho, i) => {
    const logAlpha = -Math.log1p(Math.exp(-rho));
    const point = klFormulas[name](logAlpha);
    // log α = −softplus(−ρ) has a rounding error of its own.
    const units = Math.max(backend.supports.ulps.softplus, backend.supports.ulps.sigmoid, 1);
    const logError = backend.supports.precision === 'float64' ? 0 : 2 ** -23 * units * Math.abs(logAlpha);
    const alphaError = backend.supports.precision === 'float64' ? 0 : 2 ** -23 * units;
    check(
      ledger,
      `KL at ρ = ${rho}`,
      results[i].kl[0],
      point.value,
      relative * point.valueTerms + (logError + alphaError) * point.derivativeTerms,
    );
    // d log α / dρ = 1 − sigmoid(ρ).
    const chain = Math.exp(-rho + logAlpha);
    check(
      ledger,
      `dKL/dρ at ρ = ${rho}`,
      results[i]['d rho'][0],
      chain * point.derivative,
      chain * (relative + 2 * logError + 3 * alphaError) * point.derivativeTerms,
    );
  });
}

/** KL(N(θ, σ²) ‖ N(0, τ²)) = log(τ/σ) + (σ² + θ²)/(2τ²) − ½ for mean-field weights. */
async function checkGaussian({ backend, ledger, models }: LawContext) {
  const tau = 0.5;
  const points = [0, 0.5, -2].flatMap((theta) => [-9, -2, 0, 1.5].map((logVariance) => ({ theta, logVariance })));
  const results = await run(
    backend,
    klProgram(models.meanField(), models.gaussian({ sigma: tau }), ['weights', 'logVariance']),
    {},
    points.map(({ theta, logVariance }) => ({
      inputs: { weights: Float32Array.of(theta), logVariance: Float32Array.of(logVariance) },
    })),
  );
  const relative = errorOf(backend);
  points.forEach(({ theta, logVariance }, i) => {
    const variance = Math.exp(logVariance);
    const terms = [Math.log(tau), -logVariance / 2, variance / (2 * tau ** 2), theta ** 2 / (2 * tau ** 2), -0.5];
    const at = `θ = ${theta}, log σ² = ${logVariance}`;
    const size = terms.reduce((total, term) => total + Math.abs(term), 0);
    const value = terms.reduce((total, term) => total + term, 0);
    check(ledger, `KL at ${at}`, results[i].kl[0], value, relative * size);
    check(
      ledger,
      `dKL/dθ at ${at}`,
      results[i]['d weights'][0],
      theta / tau ** 2,
      (relative * Math.abs(theta)) / tau ** 2,
    );
    const slope = [variance / (2 * tau ** 2), -0.5];
    check(
      ledger,
      `dKL/d log σ² at ${at}`,
      results[i]['d logVariance'][0],
      slope[0] + slope[1],
      relative * (slope[0] + 0.5),
    );
  });
}

/**
 * At θ = 0 α is infinite, and the value and the derivatives are 0. The derivative with respect to θ is 0 because the KL
 * is even.
 */
async function checkZero({ backend, ledger, models }: LawContext, divergence: Divergence) {
  const program = klProgram(models.sparseVariational(), divergence, ['weights', 'logVariance']);
  const logVariances = [-20, -10, 0, 3];
  const results = await run(
    backend,
    program,
    {},
    logVariances.map((logVariance) => ({
      inputs: { weights: Float32Array.of(0), logVariance: Float32Array.of(logVariance) },
    })),
  );
  results.forEach((result, i) => {
    // Forms that use log α bound θ² from below by 2⁻¹²⁶. There KL and slope are ½/α, and never twice that.
    const inverse = 2 ** -126 * Math.exp(-logVariances[i]);
    for (const [name, [value]] of Object.entries(result)) {
      check(ledger, `${name} at θ = 0, log σ² = ${logVariances[i]}`, value, 0, inverse);
    }
  });
}

/** The divergences are compared with their formulas, and the exact one with its table. */
export const kl: Law = {
  id: 'kl',
  statement:
    'every divergence and its derivatives are those of its formula over 1e-8 ≤ α ≤ 1e8, with the right sign, direction, limits and number of variables, of dense layers and convolutions; learned Bernoulli rates pay by their published form; approximations are as close to the exact KL as published',
  async check(context) {
    const { ledger, models } = context;
    const { ard, logUniformCubic, logUniformExact, logUniformSigmoid } = models;
    await checkOnce(context, 'table', async () => {
      for (const { alpha, kl: value, derivative } of exactKl) {
        const s = 1 / Math.sqrt(2 * alpha);
        check(ledger, `float64 KL at α = ${alpha}`, logUniformKl(s), value, float64Error * value);
        check(ledger, `float64 dKL/d log α at α = ${alpha}`, -s * dawson(s), derivative, float64Error * -derivative);
      }
    });
    await checkOnce(context, 'additive exact', () => checkAdditive(context, 'exact', logUniformExact()));
    await checkOnce(context, 'additive sigmoid', () => checkAdditive(context, 'sigmoid', logUniformSigmoid()));
    await checkOnce(context, 'additive ard', () => checkAdditive(context, 'ard', ard()));
    for (const type of ['A', 'B'] as const) {
      await checkOnce(context, `type ${type} exact`, () => checkBounded(context, 'exact', logUniformExact(), type));
      await checkOnce(context, `type ${type} cubic`, () => checkBounded(context, 'cubic', logUniformCubic(), type));
      await checkOnce(context, `type ${type} sigmoid`, () =>
        checkBounded(context, 'sigmoid', logUniformSigmoid(), type),
      );
      await checkOnce(context, `type ${type} ard`, () => checkBounded(context, 'ard', ard(), type));
    }
    await checkOnce(context, 'gaussian', () => checkGaussian(context));
    for (const divergence of [logUniformExact(), logUniformSigmoid(), ard()]) {
      await checkOnce(context, `${divergence.name} at zero`, () => checkZero(context, divergence));
    }
    await checkCounts(context);
    await checkKlProperties(context);
  },
};
