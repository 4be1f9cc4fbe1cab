import {
  adam,
  type Backend,
  categorical,
  flatten,
  initialState,
  type Model,
  maxPooling2d,
  sequential,
} from '@vardrop/core';
import { createTrainer, keyNames, noiseKeys, trainingProgram } from '@vardrop/core/extend';
import { bindBatch, expand, simplify } from '@vardrop/core/program';
import { createReferenceBackend } from '@vardrop/core/reference';
import { compareNodes, nodeOutput, withNodeOutputs } from '../checkNodes.js';
import { checkOnce } from '../checkProperty.js';
import { digits } from '../data/digits.js';
import { prepare, runOnce } from '../execute.js';
import type { Law, LawContext } from '../law.js';
import { effortFactor } from '../law.js';
import type { Models } from '../models.js';
import { sampleCovariance, sampleMean } from '../statistics.js';

/** Seeds of the final objective at effort `quick`. */
const seeds = 4;

const learningRate = 0.01;
const pixels = 196;
const classes = 10;
const likelihood = categorical();

/** What is trained, and on which digits. */
interface Course {
  /** The suffix of this course's property names. Empty for the first course. */
  readonly name: string;
  readonly model: (models: Models) => Model;
  /** Digits per epoch and per minibatch. The last minibatch of an epoch may be short. */
  readonly rows: number;
  readonly batch: number;
  readonly steps: number;
  /** Steps of the final objective, in whole epochs. */
  readonly longer: number;
}

const courses: readonly Course[] = [
  {
    // All parts of a training step: two layers, ReLU, local noise, the exact KL.
    name: '',
    model: ({ dense, local, logUniformExact, variationalDropout }) =>
      sequential({
        input: [pixels],
        layers: [dense({ units: 16, activation: 'relu' }), dense({ units: classes })],
        noise: variationalDropout({ type: 'B', alpha: 'input' }),
        estimator: local(),
        divergence: logUniformExact(),
      }),
    rows: 60,
    batch: 30,
    steps: 20,
    longer: 20,
  },
  {
    // The additional parts for images: a convolution, pooling, different noise in each layer, a short last minibatch.
    name: ', convolution',
    model: ({ conv2d, dense, flipout, logUniformExact, sparseVariational, variationalDropout }) =>
      sequential({
        input: [14, 14, 1],
        layers: [
          conv2d({ filters: 3, size: [3, 4], activation: 'relu', noise: sparseVariational(), estimator: flipout() }),
          maxPooling2d({ size: [2, 3] }),
          flatten(),
          dense({ units: classes, noise: variationalDropout({ type: 'A', alpha: 'input' }) }),
        ],
        divergence: logUniformExact(),
      }),
    rows: 17,
    batch: 7,
    steps: 6,
    longer: 9,
  },
];

/** The minibatch of a step: the digits at its position in the epoch. */
function minibatchOf({ rows, batch }: Course, step: number) {
  const first = (step % Math.ceil(rows / batch)) * batch;
  const count = Math.min(batch, rows - first);
  const y = new Float32Array(count * classes);
  for (let row = 0; row < count; row++) y[row * classes + digits.labels[first + row]] = 1;
  const x = digits.images.slice(first * pixels, (first + count) * pixels);
  return { rows: count, inputs: { x }, targets: { output: y } };
}

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

/** Mean loss of the last epoch of training, in nats per datapoint. */
async function finalObjective(backend: Backend, models: Models, course: Course, seed: number): Promise<number> {
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
    return total;
  } finally {
    trainer.dispose();
  }
}

/** Checks whether training reaches the same objective as the reference. */
async function checkObjective(context: LawContext, course: Course): Promise<void> {
  const { backend, effort, ledger, models, seed } = context;
  const reference = createReferenceBackend();
  const own: number[] = [];
  const exact: number[] = [];
  for (let i = 0; i < seeds * Math.min(effortFactor[effort], 5); i++) {
    own.push(await finalObjective(backend, models, course, (seed + i) % 2 ** 32));
    exact.push(await finalObjective(reference, models, course, (seed + i) % 2 ** 32));
  }
  await reference.close();
  const standardError = Math.sqrt(sampleCovariance(exact, exact) / exact.length);
  const [got, wanted] = [sampleMean(own), sampleMean(exact)];
  ledger.effect(`final objective${course.name}`, (2 * standardError) / wanted);
  if (!(Math.abs(got - wanted) <= 2 * standardError)) {
    throw new Error(
      `mean final objective of ${exact.length} seeds: got ${got}, wanted ${wanted} ± ${2 * standardError}`,
    );
  }
  ledger.compare(Math.abs(got - wanted), 2 * standardError);
}

/** Training on real digits. */
export const training: Law = {
  id: 'training',
  statement:
    'every node of each of twenty steps on real digits, and of six of a convolution with pooling and a short last minibatch, is within its bound, and training ends where it does in float64, within twice the standard error from seed to seed',
  async check(context) {
    for (const course of courses) {
      await checkOnce(context, `steps${course.name}`, () => checkSteps(context, course));
      await checkOnce(context, `final objective${course.name}`, () => checkObjective(context, course));
    }
  },
};
