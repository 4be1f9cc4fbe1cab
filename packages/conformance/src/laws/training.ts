import { adam, type Backend, categorical, initialState, type Model, type TrainingState } from '@vardrop/core';
import { createTrainer, keyNames, noiseKeys, trainingProgram } from '@vardrop/core/extend';
import { bindBatch, createBuilder, expand, simplify } from '@vardrop/core/program';
import { createReferenceBackend, evaluate } from '@vardrop/core/reference';
import { compareNodes, nodeOutput, withNodeOutputs } from '../checkNodes.js';
import { checkOnce } from '../checkProperty.js';
import { prepare, runOnce } from '../execute.js';
import type { Law, LawContext } from '../law.js';
import { effortFactor } from '../law.js';
import type { Models } from '../models.js';
import { sampleCovariance, sampleMean } from '../statistics.js';
import { type Course, courses, minibatchOf } from './trainingCourses.js';

/** Seeds of the final objective at effort `quick`. */
const seeds = 4;

const learningRate = 0.01;
const likelihood = categorical();

/** Checks every node of some steps. Each step starts from the backend's own results of the one before. */
async function checkSteps({ backend, ledger, models, seed }: LawContext, course: Course): Promise<void> {
  const model = course.model(models);
  const optimizer = adam();
  const source = trainingProgram(model, likelihood, optimizer);
  const names = keyNames(source);
  const state = initialState(model, likelihood, optimizer, seed);
  const carried: Record<string, Float32Array> = {};
  for (const [name, { data }] of Object.entries({ ...state.parameters, ...state.carried, ...state.optimizer.slots })) {
    carried[name] = data;
  }
  const known = new Set(source.nodes.flatMap((node) => (node.op === 'input' ? [node.name] : [])));
  const dataOf = (step: number) => {
    const { rows, inputs: given, targets } = minibatchOf(course, step);
    const scalars = {
      datapointScale: 1 / rows,
      klScale: 1 / course.rows,
      ...optimizer.scalars(step + 1, learningRate),
    };
    const inputs: Record<string, Float32Array> = { ...carried, ...given, y: targets.output };
    for (const [name, value] of Object.entries(scalars)) inputs[name] = Float32Array.of(value);
    return {
      inputs: Object.fromEntries(Object.entries(inputs).filter(([name]) => known.has(name))),
      keys: noiseKeys(names, seed, 'training', step),
    };
  };
  const executables = new Map<number, Awaited<ReturnType<typeof compileStep>>>();
  async function compileStep(step: number, rows: number) {
    const simple = simplify(expand(bindBatch(source, rows), backend.supports.functions));
    const { program: prepared } = prepare(backend, simple, dataOf(step));
    const program = withNodeOutputs(prepared);
    return { simple, prepared, program, executable: await backend.compile(program) };
  }
  try {
    for (let step = 0; step < course.steps; step++) {
      const { rows } = minibatchOf(course, step);
      const compiled = executables.get(rows) ?? (await compileStep(step, rows));
      executables.set(rows, compiled);
      const { simple, prepared, program, executable } = compiled;
      const { data } = prepare(backend, simple, dataOf(step));
      const outputs = await runOnce(backend, executable, program, data);
      try {
        compareNodes(backend.supports, program, data, outputs, ledger);
      } catch (error) {
        throw new Error(`step ${step + 1}: ${error instanceof Error ? error.message : error}`);
      }
      for (const name of Object.keys(carried)) {
        carried[name] = outputs.get(nodeOutput(prepared.outputs[name])) as Float32Array;
      }
    }
  } finally {
    for (const { executable } of executables.values()) executable.dispose();
  }
}

/** The objectives at the end of a course, in nats per datapoint. */
interface FinalObjectives {
  /** Mean loss of the last epoch. */
  readonly training: number;
  /** Mean of −log p(y | x) without noise, with the statistics that were carried to the end; for models that carry some. */
  readonly prediction?: number;
}

async function finalObjectives(
  backend: Backend,
  models: Models,
  course: Course,
  seed: number,
): Promise<FinalObjectives> {
  const model = course.model(models);
  const optimizer = adam();
  const state = initialState(model, likelihood, optimizer, seed);
  const trainer = createTrainer(model, { backend, likelihood, optimizer, state });
  const last = Math.ceil(course.rows / course.batch);
  try {
    let total = 0;
    for (let step = 0; step < course.longer; step++) {
      const minibatch = minibatchOf(course, step);
      const { loss } = await trainer.run(minibatch, { learningRate, klScale: 1 / course.rows });
      if (step >= course.longer - last) total += (loss * minibatch.rows) / course.rows;
    }
    if (model.carried.length === 0) return { training: total };
    return { training: total, prediction: predictionObjective(model, course, await trainer.state()) };
  } finally {
    trainer.dispose();
  }
}

/** The same of a state, in float64. */
function predictionObjective(model: Model, course: Course, { parameters, carried }: TrainingState): number {
  const { rows, inputs, targets } = minibatchOf({ ...course, batch: course.rows }, 0);
  const all = { ...parameters, ...carried };
  const b = createBuilder('prediction');
  const x = b.input('x', ['batch', ...model.inputShape]);
  const values = Object.fromEntries(Object.entries(all).map(([name, { shape }]) => [name, b.input(name, shape)]));
  const outputs = model.apply(b, x, values, 'mean');
  const y = b.input('y', ['batch', ...model.outputShape]);
  b.output('sum', b.reduceSum(likelihood.negativeLogLikelihood(b, outputs, y, {})));
  const program = simplify(bindBatch(b.build(), rows));
  const known = new Set(program.nodes.flatMap((node) => (node.op === 'input' ? [node.name] : [])));
  const given = { ...Object.fromEntries(Object.entries(all).map(([name, { data }]) => [name, data])), ...inputs };
  const read = Object.entries({ ...given, y: targets.output }).filter(([name]) => known.has(name));
  return evaluate(program, { inputs: Object.fromEntries(read) }).sum[0] / rows;
}

/** Checks whether training reaches the same objective as the reference. */
async function checkObjective(context: LawContext, course: Course): Promise<void> {
  const { backend, effort, ledger, models, seed } = context;
  const reference = createReferenceBackend();
  const own: FinalObjectives[] = [];
  const exact: FinalObjectives[] = [];
  for (let i = 0; i < seeds * Math.min(effortFactor[effort], 5); i++) {
    own.push(await finalObjectives(backend, models, course, (seed + i) % 2 ** 32));
    exact.push(await finalObjectives(reference, models, course, (seed + i) % 2 ** 32));
  }
  await reference.close();
  for (const kind of ['training', 'prediction'] as const) {
    const of = (all: readonly FinalObjectives[]) => all.flatMap(({ [kind]: value }) => value ?? []);
    const [found, expected] = [of(own), of(exact)];
    if (expected.length === 0) continue;
    const standardError = Math.sqrt(sampleCovariance(expected, expected) / expected.length);
    const [got, wanted] = [sampleMean(found), sampleMean(expected)];
    const what = `final objective${kind === 'prediction' ? ' without noise' : ''}`;
    ledger.effect(`${what}${course.name}`, (2 * standardError) / wanted);
    if (!(Math.abs(got - wanted) <= 2 * standardError)) {
      throw new Error(
        `mean ${what} of ${expected.length} seeds: got ${got}, wanted ${wanted} ± ${2 * standardError}`,
      );
    }
    ledger.compare(Math.abs(got - wanted), 2 * standardError);
  }
}

/** Training on real digits. */
export const training: Law = {
  id: 'training',
  statement:
    'every node of twenty steps on real digits, and of some of a convolution with pooling, a residual network with running statistics, a recurrent one and a transformer block, is within its bound, and training ends where it does in float64, within twice the standard error from seed to seed',
  async check(context) {
    for (const course of courses) {
      await checkOnce(context, `steps${course.name}`, () => checkSteps(context, course));
      await checkOnce(context, `final objective${course.name}`, () => checkObjective(context, course));
    }
  },
};
