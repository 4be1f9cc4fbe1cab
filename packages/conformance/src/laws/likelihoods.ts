import { activation, type Likelihood, sequential } from '@vardrop/core';
import { missingTarget } from '@vardrop/core/extend';
import {
  type BoundProgram,
  type Builder,
  bindBatch,
  boundProgram,
  createBuilder,
  elementCount,
  gradients,
  simplify,
  type Value,
} from '@vardrop/core/program';
import { evaluate } from '@vardrop/core/reference';
import { checkNodes } from '../checkNodes.js';
import { checkOnce } from '../checkProperty.js';
import { compareNorms } from '../compareNorms.js';
import { likelihoodCases, likelihoodPredictions } from '../data/likelihoods.js';
import { referenceSources } from '../execute.js';
import type { Law, LawContext } from '../law.js';
import { asFloat32 } from '../layerModel.js';
import type { LikelihoodCase, LikelihoodPrediction, LossAndGradients } from '../likelihoodCase.js';
import { runProgram } from '../runProgram.js';

type Numbers = Readonly<Record<string, readonly number[]>>;

/** The loss of a case and what training minimizes, with their gradients, as core builds them, and the same by the other library. */
function lossProgram(given: LikelihoodCase, likelihood: Likelihood) {
  const b = createBuilder(`${given.likelihood}, ${given.name}`);
  const output = b.input('output', ['batch', ...given.outputs], 'iteration');
  const target = b.input('target', ['batch', ...likelihood.targetShape(given.outputs)], 'iteration');
  const cotangent = b.input('cotangent', ['batch'], 'iteration');
  const own = Object.fromEntries(
    likelihood.parameters(given.outputs).map(({ name, shape }) => [name, b.input(name, shape)]),
  );
  const expected: Record<string, readonly number[]> = {};
  const add = (what: string, loss: Value, values: readonly number[], wanted: LossAndGradients) => {
    b.output(what, loss);
    expected[what] = values;
    const of = [output, ...Object.keys(wanted.parameterGradients).map((name) => own[name])];
    const found = gradients(b, b.reduceSum(b.mul(loss, cotangent)), of);
    const named = { outputs: wanted.outputGradient, ...wanted.parameterGradients };
    Object.entries(named).forEach(([name, data], i) => {
      b.output(`gradient of ${what} in ${name}`, found[i]);
      expected[`gradient of ${what} in ${name}`] = data;
    });
  };
  add('loss', likelihood.negativeLogLikelihood(b, output, target, own), given.negativeLogLikelihood, given);
  const { training } = given;
  if ((training !== undefined) !== (likelihood.trainingLoss !== undefined))
    throw new Error(
      `trainingLoss: got ${likelihood.trainingLoss ? 'one' : 'none'}, wanted ${training ? 'one' : 'none'}`,
    );
  if (training && likelihood.trainingLoss)
    add('training loss', likelihood.trainingLoss(b, output, target, own), training.loss, training);
  const inputs: Numbers = {
    ...given.parameters,
    output: given.output,
    target: given.target.map((value) => value ?? missingTarget),
    cotangent: given.cotangent,
  };
  return { program: bound(b, given.rows), inputs, expected };
}

function bound(b: Builder, rows: number): BoundProgram {
  return simplify(boundProgram(bindBatch(b.build(), rows)));
}

/** Only the values that the program reads. */
function readBy(program: BoundProgram, values: Numbers): Numbers {
  const names = program.nodes.flatMap((node) => (node.op === 'input' ? [node.name] : []));
  return Object.fromEntries(names.map((name) => [name, values[name]]));
}

/**
 * Roundings that a loss may have on the way, relative to its condition: of its operations, and of functions that a backend takes from
 * core or has itself.
 */
function roundings({ backend }: LawContext): number {
  const { exp, log, softplus } = backend.supports.ulps;
  return 48 + 4 * (exp + log + softplus);
}

/**
 * The loss on the backend is that of the other library, as exactly as float32 holds what it is computed from: formulas whose terms
 * cancel are not.
 */
function checkDigits(context: LawContext, given: LikelihoodCase, got: ArrayLike<number>): void {
  const unit = roundings(context) * 2 ** -24;
  given.negativeLogLikelihood.forEach((wanted, row) => {
    const limit = unit * given.condition[row];
    const error = Math.abs(got[row] - wanted);
    if (!(error <= limit)) throw new Error(`loss of row ${row}: got ${got[row]}, wanted ${wanted} ± ${limit}`);
    context.ledger.compare(error, limit);
  });
}

/** The prediction of a case: each sample has outputs of its own in place of noise. */
async function checkPrediction(context: LawContext, given: LikelihoodPrediction, compiled: boolean): Promise<void> {
  const { backend, ledger, models } = context;
  const { outputs, rows, samples } = given;
  const likelihood = models.likelihood(given.likelihood, given.options);
  const model = sequential({ input: outputs, layers: [activation('linear')], likelihood });
  const program = simplify(boundProgram(bindBatch(models.predictionProgram(model, 'sample'), rows)));
  const learned = Object.entries(given.parameters).map(([name, data]) => [`likelihood/${name}`, data] as const);
  const count = rows * elementCount(outputs);
  let carried: Numbers = Object.fromEntries(
    program.nodes.flatMap((node) =>
      node.op === 'input' && node.role === 'carried' ? [[node.name, new Array(elementCount(node.shape)).fill(0)]] : [],
    ),
  );
  let last: Numbers = {};
  for (let sample = 0; sample < samples; sample++) {
    const x = given.output.slice(sample * count, (sample + 1) * count);
    const values = { ...Object.fromEntries(learned), ...carried, x, weight: [1 / (sample + 1)] };
    last = readBy(program, values);
    carried = toNumbers(evaluate(program, { ...referenceSources, inputs: last }));
  }
  const summary = simplify(boundProgram(bindBatch(models.summaryProgram(model), rows)));
  const ends = readBy(summary, { ...carried, samples: [samples] });
  compareNorms(evaluate(summary, { ...referenceSources, inputs: ends }), wantedOf(given), ledger);
  if (!compiled) return;
  await checkNodes(backend, program, { inputs: asFloat32(last) }, ledger);
  await checkNodes(backend, summary, { inputs: asFloat32(ends) }, ledger);
}

function toNumbers(values: Readonly<Record<string, Float64Array>>): Numbers {
  return Object.fromEntries(Object.entries(values).map(([name, data]) => [name, [...data]]));
}

/** The outputs of the summary. Of binary targets it gives the probabilities of yes. */
function wantedOf({
  likelihood,
  probabilities,
  entropy,
  mutualInformation,
  ...numbers
}: LikelihoodPrediction): Numbers {
  const { mean = [], epistemicVariance = [], aleatoricVariance = [] } = numbers;
  if (probabilities === undefined || entropy === undefined || mutualInformation === undefined)
    return { mean, epistemicVariance, aleatoricVariance };
  const own = likelihood === 'binary' ? probabilities.filter((_, i) => i % 2 === 1) : probabilities;
  return { probabilities: own, entropy, mutualInformation };
}

/** Likelihoods are compared with another library's in float64, and node by node on the backend. */
export const likelihoods: Law = {
  id: 'likelihoods',
  statement:
    'the loss of every likelihood, what training minimizes, their gradients and its predictions are those of PyTorch and numpy in float64, missing targets left out; every node of them is within its bound on the backend, and the loss has all digits that its inputs have',
  async check(context) {
    const { backend, effort, ledger, models } = context;
    const seen = new Set<string>();
    // Compiling is what takes time on a backend. At `quick` one case of each likelihood is compiled.
    const compiles = (key: string) => {
      const first = !seen.has(key);
      seen.add(key);
      return first || effort !== 'quick';
    };
    for (const given of likelihoodCases) {
      const compiled = compiles(given.likelihood);
      await checkOnce(context, `${given.likelihood}: ${given.name}`, async () => {
        const likelihood = models.likelihood(given.likelihood, given.options);
        const { program, inputs, expected } = lossProgram(given, likelihood);
        const values = readBy(program, inputs);
        compareNorms(evaluate(program, { ...referenceSources, inputs: values }), expected, ledger);
        if (!compiled) return;
        await checkNodes(backend, program, { inputs: asFloat32(values) }, ledger);
        checkDigits(context, given, (await runProgram(backend, program, { inputs: asFloat32(values) })).loss);
      });
    }
    for (const given of likelihoodPredictions) {
      const compiled = compiles(`${given.likelihood} predictions`);
      await checkOnce(context, `${given.likelihood}: predictions ${JSON.stringify(given.options)}`, () =>
        checkPrediction(context, given, compiled),
      );
    }
  },
};
