import { describe, expect, it } from 'vitest';
import { predictionProgram, summaryProgram } from '../../src/extend.js';
import { activation, type Prediction, sequential } from '../../src/index.js';
import { assemblePrediction } from '../../src/prediction/assemblePrediction.js';
import { bindBatch, elementCount, type Program } from '../../src/program/index.js';
import { evaluate } from '../../src/reference/index.js';
import { fixture, likelihoodOf, type PredictionCase } from './fixture.js';

/** Of a normal distribution: two-sided with a chance of 1e-9. */
const deviations = 6.11;

type Values = Readonly<Record<string, Float64Array>>;

const shapeOf = (program: Program, name: string) => {
  const found = program.nodes.find((node) => node.op === 'input' && node.name === name);
  return found?.shape as readonly number[];
};

/** A model whose outputs are its inputs. Each sample has its own, in place of noise. */
function predicted(given: PredictionCase): { readonly prediction: Prediction; readonly summary: Values } {
  const { outputs, rows, samples, output } = given;
  const likelihood = likelihoodOf(given);
  const model = sequential({ input: outputs, layers: [activation('linear')], likelihood });
  const program = bindBatch(predictionProgram(model, 'sample', { components: true }), rows);
  const own = Object.fromEntries(Object.entries(given.parameters).map(([name, data]) => [`likelihood/${name}`, data]));
  const names = Object.keys(program.outputs).filter((name) => !name.startsWith('component/'));
  const components: Record<string, number[]> = {};
  let carried: Values = Object.fromEntries(
    names.map((name) => [name, new Float64Array(elementCount(shapeOf(program, name)))]),
  );
  const count = rows * elementCount(outputs);
  for (let sample = 0; sample < samples; sample++) {
    const x = output.slice(sample * count, (sample + 1) * count);
    const read = Object.fromEntries(Object.entries(own).filter(([name]) => shapeOf(program, name) !== undefined));
    const found = evaluate(program, { inputs: { ...read, ...carried, x, weight: [1 / (sample + 1)] } });
    carried = Object.fromEntries(names.map((name) => [name, found[name]]));
    for (const [name, values] of Object.entries(found)) {
      components[name] ??= [];
      if (!names.includes(name)) components[name].push(...values);
    }
  }
  const summary = evaluate(bindBatch(summaryProgram(model), rows), { inputs: { ...carried, samples: [samples] } });
  // The arrays stay in float64 here.
  const { targets, distribution } = likelihood;
  const about = { rows, samples, prefix: '', targets, distribution, quantiles: given.quantiles };
  return { prediction: assemblePrediction({ ...components, ...carried } as never, about), summary };
}

function expectClose(what: string, got: ArrayLike<number>, wanted: readonly number[], tolerance: number) {
  expect(got.length, what).toBe(wanted.length);
  wanted.forEach((value, i) => {
    expect(Math.abs(got[i] - value), `${what} at ${i}: ${got[i]}, ${value}`).toBeLessThanOrEqual(
      tolerance * Math.max(1, Math.abs(value)),
    );
  });
}

/** The largest difference of a count from its mean but for a chance of 1e-9 (Bernstein's inequality). */
function countBound(draws: number, p: number): number {
  const nats = Math.log(2e9);
  return Math.sqrt(2 * draws * p * (1 - p) * nats) + (2 * nats) / 3;
}

describe.each(
  fixture.predictions.map((given) => [`${given.likelihood} ${JSON.stringify(given.options)}`, given] as const),
)('predictions of %s', (_, given) => {
  const { prediction, summary } = predicted(given);

  it('are the formulas by numpy, on the host and in programs', () => {
    if (given.kind === 'values') {
      if (prediction.kind !== 'regression') throw new Error(prediction.kind);
      for (const name of ['mean', 'epistemicVariance', 'aleatoricVariance'] as const) {
        // The means are kept as float32.
        expectClose(name, prediction[name], given[name], 1e-7);
        expectClose(`${name} of the program`, summary[name], given[name], 1e-10);
      }
      return;
    }
    if (prediction.kind === 'regression') throw new Error(prediction.kind);
    const both = { ...prediction };
    const wanted =
      prediction.kind === 'binary' ? given.probabilities.filter((_, i) => i % 2 === 1) : given.probabilities;
    expectClose('probabilities', both.probabilities, wanted, 1e-7);
    expectClose('probabilities of the program', summary.probabilities, wanted, 1e-10);
    for (const name of ['entropy', 'mutualInformation'] as const) {
      expectClose(name, both[name], given[name], 1e-7);
      expectClose(`${name} of the program`, summary[name], given[name], 1e-9);
    }
  });

  it('are what targets drawn by numpy come to', () => {
    const { draws } = fixture;
    if (given.kind === 'classes') {
      given.counts.forEach((count, i) => {
        const p = given.probabilities[i];
        expect(Math.abs(count - draws * p), `class ${i}`).toBeLessThanOrEqual(countBound(draws, p));
      });
      return;
    }
    const { mean, epistemicVariance, aleatoricVariance } = summary;
    given.drawnMean.forEach((drawn, i) => {
      // Draws choose among the samples, whose variance is not the unbiased one.
      const variance = aleatoricVariance[i] + (epistemicVariance[i] * (given.samples - 1)) / given.samples;
      expect(Math.abs(drawn - mean[i])).toBeLessThanOrEqual(deviations * Math.sqrt(variance / draws));
      const error = Math.sqrt((given.drawnFourth[i] - given.drawnVariance[i] ** 2) / draws);
      expect(Math.abs(given.drawnVariance[i] - variance)).toBeLessThanOrEqual(deviations * error);
    });
    if (prediction.kind !== 'regression') throw new Error(prediction.kind);
    given.bands.forEach((ofTarget, i) => {
      ofTarget.forEach(([low, high], k) => {
        const quantile = prediction.quantiles?.[i * given.quantiles.length + k];
        expect(quantile, `quantile ${given.quantiles[k]} of ${i}`).toBeGreaterThanOrEqual(low);
        expect(quantile, `quantile ${given.quantiles[k]} of ${i}`).toBeLessThanOrEqual(high);
      });
    });
  });
});
