import { type Backend, categorical, type Model, sequential } from '@vardrop/core';
import { noiseKeys } from '@vardrop/core/extend';
import { createBuilder, gradients, type Program } from '@vardrop/core/program';
import { checkOnce } from '../checkProperty.js';
import type { Law, LawContext } from '../law.js';
import type { Models } from '../models.js';
import { run } from '../run.js';
import { checkKlOfParts } from './klParts.js';

/** The data: N datapoints of three inputs and three classes. */
const size = { rows: 6, inputs: 3, classes: 3 } as const;
const inputs = Float32Array.from({ length: size.rows * size.inputs }, (_, i) => (((i * 7) % 11) - 5) / 4);
const labels = [0, 2, 1, 1, 0, 2];

const parameterValues: Readonly<Record<string, readonly number[]>> = {
  'dense1/weights': [0.5, -1, 1.25, 0.75, -0.5, 2, -1.5, 0.25, 1],
  'dense1/bias': [0.25, 0, -0.5],
  'dense1/logVariance': [-1, -2, -0.5, 0.25, -3, -1.5, -2.5, -1, -0.75],
};

function modelOf(models: Models, noisy: boolean): Model {
  return sequential({
    input: [size.inputs],
    layers: [models.dense({ units: size.classes })],
    ...(noisy
      ? { noise: models.sparseVariational(), estimator: models.local(), divergence: models.logUniformExact() }
      : { noise: models.none() }),
  });
}

/** Outputs `logits`, `dataTerm`, `kl`, `loss`, and the gradients of the last three with respect to the weights. */
function objectiveProgram(models: Models, noisy: boolean): Program {
  const model = modelOf(models, noisy);
  const b = createBuilder('objective');
  const x = b.input('x', ['batch', size.inputs], 'iteration');
  const y = b.input('y', ['batch', size.classes], 'iteration');
  const rows = b.input('rowScale', ['batch'], 'iteration');
  const klScale = b.input('klScale', [], 'iteration');
  const parameters = Object.fromEntries(model.parameters.map(({ name, shape }) => [name, b.input(name, shape)]));
  const likelihood = categorical();
  let logits = x;
  const watched = {
    ...likelihood,
    negativeLogLikelihood: (...given: Parameters<typeof likelihood.negativeLogLikelihood>) => {
      logits = given[1];
      return likelihood.negativeLogLikelihood(...given);
    },
  };
  const objective = models.sgvb(
    b,
    { ...model, likelihood: watched },
    { inputs: { x }, targets: { output: y }, parameters },
    { rows, kl: klScale },
  );
  b.output('logits', logits);
  for (const name of ['dataTerm', 'kl', 'loss'] as const) {
    b.output(name, objective[name]);
    b.output(`d ${name}`, gradients(b, objective[name], [parameters['dense1/weights']])[0]);
  }
  return b.build();
}

interface Minibatch {
  readonly rows: readonly number[];
  /** β/N. */
  readonly klScale: number;
  /** The scale of each row. Default: 1/M. */
  readonly rowScale?: readonly number[];
}

/**
 * The objective on minibatches of one size. Minibatches must be consecutive rows for a row to have the same noise in
 * each.
 */
async function objectives(backend: Backend, program: Program, minibatches: readonly Minibatch[], seed: number) {
  const batch = minibatches[0].rows.length;
  const names = program.nodes.flatMap((node) => (node.op === 'noise' ? [node.key] : []));
  const known = new Set(program.nodes.flatMap((node) => (node.op === 'input' ? [node.name] : [])));
  const shared = Object.fromEntries(
    Object.entries(parameterValues)
      .filter(([name]) => known.has(name))
      .map(([name, values]) => [name, Float32Array.from(values)]),
  );
  return run(
    backend,
    program,
    shared,
    minibatches.map(({ rows, klScale, rowScale }) => ({
      inputs: {
        x: Float32Array.from(rows.flatMap((row) => [...inputs.subarray(row * size.inputs, (row + 1) * size.inputs)])),
        y: Float32Array.from(rows.flatMap((row) => [0, 1, 2].map((label) => (label === labels[row] ? 1 : 0)))),
        rowScale: Float32Array.from(rowScale ?? rows.map(() => 1 / batch)),
        klScale: Float32Array.of(klScale),
      },
      keys: noiseKeys(names, seed, 'training', 0, rows[0]),
    })),
    batch,
  );
}

type Result = Readonly<Record<string, Float32Array>>;

/** All subsets of `count` rows, in ascending order. */
function subsets(count: number, from = 0): number[][] {
  if (count === 0) return [[]];
  return Array.from({ length: size.rows - from }, (_, i) => from + i).flatMap((first) =>
    subsets(count - 1, first + 1).map((rest) => [first, ...rest]),
  );
}

const allRows = Array.from({ length: size.rows }, (_, i) => i);

/** Scales of rows with weights, which add up to 1. Numbers that float32 holds. */
const unequal = [4, 0, 1, 6, 2, 3].map((weight) => weight / 16);

/** −log p of one row's label from its logits, in float64, and the sizes of the terms that float32 rounds. */
function negativeLogLikelihood(logits: Float32Array, row: number, label: number) {
  const own = [0, 1, 2].map((k) => logits[row * size.classes + k]);
  const largest = Math.max(...own);
  const shifted = own.map((value) => value - largest);
  const logarithm = Math.log(shifted.reduce((sum, value) => sum + Math.exp(value), 0));
  return { value: logarithm - shifted[label], terms: logarithm + Math.abs(shifted[label]) + 1 };
}

/** Roundings of float32 in one row's data term: shift, exponentials, sum, logarithm, difference, product, scale. */
const roundings = (backend: Backend) =>
  10 + size.classes * 2 + 2 * (backend.supports.ulps.exp + backend.supports.ulps.log);

/** The largest sum of the sizes of a logit's terms. Noise is within 6 deviations. */
function logitTerms(noisy: boolean): number {
  const { 'dense1/weights': w, 'dense1/bias': bias, 'dense1/logVariance': logVariance } = parameterValues;
  let most = 0;
  for (let row = 0; row < size.rows; row++) {
    for (let output = 0; output < size.classes; output++) {
      let mean = Math.abs(bias[output]);
      let variance = 0;
      for (let input = 0; input < size.inputs; input++) {
        const a = inputs[row * size.inputs + input];
        mean += Math.abs(a * w[input * size.classes + output]);
        variance += a ** 2 * Math.exp(logVariance[input * size.classes + output]);
      }
      most = Math.max(most, mean + (noisy ? 6 * Math.sqrt(variance) : 0));
    }
  }
  return most;
}

function averageOf(results: readonly Result[], name: string): number[] {
  return Array.from(results[0][name], (_, i) => results.reduce((sum, each) => sum + each[name][i], 0) / results.length);
}

/** Compares a number with the wanted one. */
type Within = (what: string, got: number, wanted: number, bound: number) => void;

/** The largest absolute value. */
const largest = (values: ArrayLike<number>) =>
  Array.from(values).reduce((most, value) => Math.max(most, Math.abs(value)), 0);

/** The data term and its gradient are sums of those of the rows, each with its scale. */
async function checkRowWeights({ backend, models, seed }: LawContext, within: Within): Promise<void> {
  const program = objectiveProgram(models, true);
  const alone = allRows.map((row) => allRows.map((other) => Number(other === row)));
  const minibatches = [unequal, ...alone].map((rowScale) => ({ rows: allRows, klScale: 0, rowScale }));
  const [weighted, ...ofRows] = await objectives(backend, program, minibatches, seed);
  const sum = (values: readonly number[]) => values.reduce((total, value, row) => total + unequal[row] * value, 0);
  const rows = allRows.map((row) => negativeLogLikelihood(weighted.logits, row, labels[row]));
  const bound = roundings(backend) * 2 ** -24;
  within(
    'data term',
    weighted.dataTerm[0],
    sum(rows.map(({ value }) => value)),
    bound * sum(rows.map((each) => each.terms)),
  );
  // a (p − y) of each row, which is at most the input.
  weighted['d dataTerm'].forEach((value, i) => {
    const wanted = sum(ofRows.map((result) => result['d dataTerm'][i]));
    within(`gradient of the data term in weight ${i}`, value, wanted, 2 * bound * largest(inputs));
  });
}

/** The minimized objective: `−(1/M) Σ log p + (β/N) KL`. */
export const sgvb: Law = {
  id: 'sgvb',
  statement:
    'the objective is −(1/M) Σ log p + (β/N) KL (so −N times it has N/M before the sum), or has scales of its own for rows with weights, the average over minibatches is the whole, its gradient is linear in the weight of the KL, and the KL is that of every part of every layer, counted once',
  async check(context: LawContext) {
    const { backend, ledger, models, seed } = context;
    const unit = 2 ** -24;
    const within: Within = (what, got, wanted, bound) => {
      const error = Math.abs(got - wanted);
      if (!(error <= bound)) throw new Error(`${what}: got ${got}, wanted ${wanted} ± ${bound}`);
      ledger.compare(error, bound);
    };

    await checkOnce(context, 'formula', async () => {
      for (const noisy of [false, true]) {
        const program = objectiveProgram(models, noisy);
        for (const klScale of [0, 1 / size.rows, 1 / (3 * size.rows)]) {
          const [result] = await objectives(backend, program, [{ rows: allRows, klScale }], seed);
          const rows = allRows.map((row) => negativeLogLikelihood(result.logits, row, labels[row]));
          const dataTerm = rows.reduce((sum, { value }) => sum + value, 0) / size.rows;
          const terms = rows.reduce((sum, each) => sum + each.terms, 0) / size.rows;
          within('data term', result.dataTerm[0], dataTerm, roundings(backend) * unit * terms);
          const wanted = result.dataTerm[0] + Math.fround(klScale) * result.kl[0];
          const bound = 3 * unit * (Math.abs(result.dataTerm[0]) + klScale * Math.abs(result.kl[0]));
          within(`loss with β/N = ${klScale}`, result.loss[0], wanted, bound);
          if (!noisy) within('KL without noise', result.kl[0], 0, 0);
        }
      }
    });

    for (const batch of [1, 2, 3]) {
      await checkOnce(context, `unbiased over minibatches of ${batch}`, async () => {
        // Without noise: every subset. With noise: consecutive parts of the rows.
        const cut = Array.from({ length: size.rows / batch }, (_, i) => allRows.slice(i * batch, (i + 1) * batch));
        for (const [noisy, parts] of [
          [false, subsets(batch)],
          [true, cut],
        ] as const) {
          const program = objectiveProgram(models, noisy);
          const klScale = 1 / size.rows;
          const minibatches = parts.map((rows) => ({ rows, klScale }));
          const results = await objectives(backend, program, minibatches, seed);
          const [whole] = await objectives(backend, program, [{ rows: allRows, klScale }], seed);
          const average = averageOf(results, 'loss')[0];
          // Both sides have these errors in a logit, and in the values computed from it.
          const logit = roundings(backend) * unit * logitTerms(noisy);
          const follow = roundings(backend) * unit;
          within(
            `average loss of ${parts.length} minibatches`,
            average,
            whole.loss[0],
            2 * (2 * logit + follow * (2 + 2 * largest(whole.logits)) + unit * Math.abs(whole.loss[0])),
          );
          // a (p − y): a probability changes by at most half of the change of its logit.
          const gradient = 2 * largest(inputs) * (logit / 2 + follow) + 4 * unit * klScale * largest(whole['d kl']);
          averageOf(results, 'd loss').forEach((value, i) => {
            within(`average gradient in weight ${i}`, value, whole['d loss'][i], gradient);
          });
        }
      });
    }

    await checkOnce(context, 'weights of rows', () => checkRowWeights(context, within));

    await checkOnce(context, 'weight of the KL', async () => {
      const program = objectiveProgram(models, true);
      for (const klScale of [0, 0.5 / size.rows, 2]) {
        const [result] = await objectives(backend, program, [{ rows: allRows, klScale }], seed);
        result['d loss'].forEach((value, i) => {
          const [data, kl] = [result['d dataTerm'][i], Math.fround(klScale) * result['d kl'][i]];
          // The two sides sum the same terms in different orders.
          const sizes = largest(result['d dataTerm']) + klScale * largest(result['d kl']);
          within(`gradient in weight ${i} with β/N = ${klScale}`, value, data + kl, 64 * unit * sizes);
        });
      }
    });

    await checkKlOfParts(context);
  },
};
