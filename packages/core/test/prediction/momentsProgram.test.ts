import { describe, expect, it } from 'vitest';
import {
  bernoulli,
  bind,
  categorical,
  conv2d,
  dense,
  elementCount,
  evaluate,
  flatten,
  gaussianDropout,
  initialState,
  type Model,
  meanField,
  momentsProgram,
  type NoiseModel,
  none,
  predictionProgram,
  random,
  sequential,
  sgd,
  sparseVariational,
  variationalDropout,
} from '../../src/index.js';

const rows = 4000;

/** The same datapoint in every row: how often its outputs are what is a sample of their distribution. */
function repeated(model: Model) {
  const width = elementCount(model.inputShape);
  const x = random.normal(random.key(5), width);
  const all = new Float32Array(rows * width);
  for (let row = 0; row < rows; row++) all.set(x, row * width);
  const { parameters } = initialState(model, categorical(), sgd(), 3);
  const values = Object.fromEntries(
    Object.entries(parameters).map(([name, { data }]) => [
      name,
      // Deviations of a tenth or so, where they start near 0.
      name.endsWith('logVariance') ? data.map(() => -4) : data,
    ]),
  );
  return { x: all, ...values };
}

const noises: Readonly<Record<string, NoiseModel>> = {
  'gaussian A': gaussianDropout({ type: 'A', rate: 0.3 }),
  'gaussian B': gaussianDropout({ type: 'B', rate: 0.3 }),
  bernoulli: bernoulli({ rate: 0.4 }),
  'variational A': variationalDropout({ type: 'A', alpha: 'input' }),
  'variational B': variationalDropout({ type: 'B', alpha: 'weight' }),
  sparse: sparseVariational(),
  'mean field': meanField(),
};

describe('momentsProgram', () => {
  it.each(Object.entries(noises))('gives mean and variance of what is sampled: %s', (_, noise) => {
    const model = sequential({
      input: [6],
      layers: [dense({ units: 5, activation: 'tanh' }), dense({ units: 3, noise })],
    });
    const inputs = repeated(model);
    const moments = evaluate(bind(momentsProgram(model), rows), { inputs });
    // The outputs themselves, before the likelihood makes probabilities of them.
    const program = bind(predictionProgram(model, categorical(), 'sample'), rows);
    const output = program.nodes.findIndex(({ label }) => label === 'dense2/output');
    const keys = Object.fromEntries(
      program.nodes.flatMap((node) => (node.op === 'noise' ? [[node.key, { words: [7, 9] as const }]] : [])),
    );
    const zeros = { probabilities: new Float32Array(rows * 3), entropy: new Float32Array(rows), weight: [1] };
    const { sampled } = evaluate(
      { ...program, outputs: { sampled: output } },
      { inputs: { ...inputs, ...zeros }, keys },
    );
    for (let unit = 0; unit < 3; unit++) {
      const values = Array.from({ length: rows }, (_, row) => sampled[row * 3 + unit]);
      const [mean, variance] = [moments.mean[unit], moments.variance[unit]];
      const average = (of: (value: number) => number) => values.reduce((sum, value) => sum + of(value), 0) / rows;
      const square = average((value) => (value - mean) ** 2);
      const fourth = average((value) => (value - mean) ** 4);
      expect(variance).toBeGreaterThan(0);
      // Six standard errors of the mean and of the mean square: one false alarm in 10⁹.
      expect(Math.abs(average((value) => value) - mean)).toBeLessThan(6 * Math.sqrt(variance / rows));
      expect(Math.abs(square - variance)).toBeLessThan(6 * Math.sqrt((fourth - square ** 2) / rows));
    }
  });

  it('has no variance without noise', () => {
    const model = sequential({ input: [6], layers: [dense({ units: 3, noise: none() })] });
    const { variance } = evaluate(bind(momentsProgram(model), 2), {
      inputs: { ...repeated(model), x: new Float32Array(12).fill(1) },
    });
    expect([...variance]).toEqual([0, 0, 0, 0, 0, 0]);
  });

  it('refuses what it has no closed form for', () => {
    const code = (model: Model) => {
      try {
        momentsProgram(model);
      } catch (error) {
        return (error as { code?: string }).code;
      }
      return 'nothing thrown';
    };
    const convolution = conv2d({ filters: 2, size: 3, noise: bernoulli() });
    expect(code(sequential({ input: [8, 8, 1], layers: [convolution] }))).toBe('VARDROP_MOMENTS');
    expect(code(sequential({ input: [2, 2, 1], layers: [flatten()] }))).toBe('VARDROP_MOMENTS');
    const own: NoiseModel = { ...bernoulli(), variance: undefined } as NoiseModel;
    expect(code(sequential({ input: [4], layers: [dense({ units: 2, noise: own })] }))).toBe('VARDROP_MOMENTS');
  });
});
