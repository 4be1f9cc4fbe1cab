import { adam, type Backend, initialState } from '@vardrop/core';
import { type CompiledProgram, compileProgram, type Tensors } from '@vardrop/core/backend';
import { keyNames, noiseKeys, trainingProgram } from '@vardrop/core/extend';
import { bindBatch, expand, simplify } from '@vardrop/core/program';
import { createReferenceBackend } from '@vardrop/core/reference';
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

/** In every step. */
const learningRate = 0.01;

/** Checks every node of some steps. Each step starts from the backend's own results of the one before. */
async function checkSteps({ backend, ledger, models, seed }: LawContext, course: Course): Promise<void> {
  const model = course.model(models);
  const optimizer = adam({ learningRate });
  const source = trainingProgram(model, optimizer);
  const names = keyNames(source);
  const state = initialState(model, optimizer, seed);
  const carried: Record<string, Float32Array> = {};
  for (const [name, { data }] of Object.entries({ ...state.parameters, ...state.carried, ...state.optimizer.slots })) {
    carried[name] = data;
  }
  const known = new Set(source.nodes.flatMap((node) => (node.op === 'input' ? [node.name] : [])));
  const dataOf = (step: number) => {
    const { rows, inputs: given, targets } = minibatchOf(course, step);
    const scalars = { klScale: 1 / course.rows, ...optimizer.scalars(step + 1, 1) };
    // As of rows with the weights 1, 2, 3, 1, …
    const rowScale = Float32Array.from({ length: rows }, (_, row) => (1 + (row % 3)) / (2 * rows));
    const inputs: Record<string, Float32Array> = { ...carried, ...given, y: targets.output, rowScale };
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

/** Where a course ends. */
interface End {
  /** Mean loss of the last epoch of training, in nats per datapoint. */
  readonly objective: number;
  /** The carried statistics after the last step, in the order of the model. */
  readonly carried: readonly number[];
}

/** The ends of training from several seeds. Each size of minibatch is compiled once for all of them. */
async function endsOf(
  backend: Backend,
  models: Models,
  course: Course,
  startingSeeds: readonly number[],
): Promise<End[]> {
  const model = course.model(models);
  const optimizer = adam({ learningRate });
  const source = trainingProgram(model, optimizer);
  const names = keyNames(source);
  const programs = new Map<number, CompiledProgram>();
  const free = (tensors: Tensors) => {
    for (const tensor of Object.values(tensors)) backend.dispose(tensor);
  };
  const uploadAll = (entries: readonly (readonly [name: string, data: Float32Array, shape: readonly number[]])[]) =>
    Object.fromEntries(entries.map(([name, data, shape]) => [name, backend.upload(data, shape)]));
  const last = Math.ceil(course.rows / course.batch);
  const ends: End[] = [];
  try {
    for (const seed of startingSeeds) {
      const { parameters, carried: statistics = {}, optimizer: slots } = initialState(model, optimizer, seed);
      const state = Object.entries({ ...parameters, ...statistics, ...slots.slots });
      let current: Tensors = uploadAll(state.map(([name, { data, shape }]) => [name, data, shape]));
      let objective = 0;
      for (let step = 0; step < course.longer; step++) {
        const { rows, inputs: given, targets } = minibatchOf(course, step);
        const program = programs.get(rows) ?? (await compileProgram(backend, source, { batch: rows }));
        programs.set(rows, program);
        const scalars = { klScale: 1 / course.rows, ...optimizer.scalars(step + 1, 1) };
        const inputs = uploadAll([
          ['x', given.x, [rows, ...model.inputShape]],
          ['y', targets.output, [rows, ...model.outputShape]],
          ['rowScale', new Float32Array(rows).fill(1 / rows), [rows]],
          ...Object.entries(scalars).map(([name, value]) => [name, Float32Array.of(value), []] as const),
        ]);
        const { carried, outputs } = program.run(current, [{ inputs, keys: noiseKeys(names, seed, 'training', step) }]);
        const [loss] = await backend.read(outputs[0].loss);
        for (const tensors of [current, inputs, outputs[0]]) free(tensors);
        current = carried;
        if (step >= course.longer - last) objective += (loss * rows) / course.rows;
      }
      const carried = await Promise.all(model.carried.map(({ name }) => backend.read(current[name])));
      free(current);
      ends.push({ objective, carried: carried.flatMap((values) => Array.from(values)) });
    }
    return ends;
  } finally {
    for (const program of programs.values()) program.dispose();
  }
}

/** Checks whether training reaches the same objective and the same carried statistics as the reference. */
async function checkEnd(context: LawContext, course: Course): Promise<void> {
  const { backend, effort, ledger, models, seed } = context;
  const reference = createReferenceBackend();
  const count = seeds * Math.min(effortFactor[effort], 5);
  const starts = Array.from({ length: count }, (_, i) => (seed + i) % 2 ** 32);
  const own = await endsOf(backend, models, course, starts);
  const exact = await endsOf(reference, models, course, starts);
  await reference.close();
  /** Twice the standard error from seed to seed. The backend has the same seeds, so its own deviations are far below. */
  const check = (what: string, of: (end: End) => number) => {
    const [found, expected] = [own.map(of), exact.map(of)];
    const bound = 2 * Math.sqrt(sampleCovariance(expected, expected) / expected.length);
    const [got, wanted] = [sampleMean(found), sampleMean(expected)];
    if (!(Math.abs(got - wanted) <= bound)) {
      throw new Error(`mean ${what} of ${expected.length} seeds: got ${got}, wanted ${wanted} ± ${bound}`);
    }
    ledger.compare(Math.abs(got - wanted), bound);
    return bound / wanted;
  };
  ledger.effect(
    `final objective${course.name}`,
    check('final objective', ({ objective }) => objective),
  );
  exact[0].carried.forEach((_, i) => {
    check(`carried number ${i}`, ({ carried }) => carried[i]);
  });
}

/** Training on real digits. */
export const training: Law = {
  id: 'training',
  statement:
    'every node of twenty steps on real digits, and of some of a convolution with pooling, a residual network with running statistics, a recurrent one and a transformer block, is within its bound, and training ends where it does in float64, with the same carried statistics, within twice the standard error from seed to seed',
  async check(context) {
    for (const course of courses) {
      await checkOnce(context, `steps${course.name}`, () => checkSteps(context, course));
      await checkOnce(context, `final objective${course.name}`, () => checkEnd(context, course));
    }
  },
};
