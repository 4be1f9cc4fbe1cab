import {
  adam,
  type Backend,
  bind,
  categorical,
  createReferenceBackend,
  createTrainer,
  expand,
  initialState,
  keyNames,
  type Model,
  noiseKeys,
  sequential,
  simplify,
  trainingProgram,
} from '@vardrop/core';
import { compareNodes, nodeOutput, withNodeOutputs } from '../checkNodes.js';
import { checkOnce } from '../checkProperty.js';
import { digits } from '../data/digits.js';
import { prepare, runOnce } from '../execute.js';
import type { Law, LawContext } from '../law.js';
import { effortFactor } from '../law.js';
import type { Models } from '../models.js';
import { sampleCovariance, sampleMean } from '../statistics.js';

/** Steps of training. */
const steps = 20;

/** Digits a minibatch: two make an epoch. */
const batch = 30;

/** Seeds of the final objective at effort `quick`. */
const seeds = 4;

const learningRate = 0.01;
const klScale = 1 / digits.labels.length;
const pixels = 196;
const classes = 10;

/** A small network with all that a training step has: two layers, ReLU, local noise, the exact KL. */
function network({ dense, local, logUniformExact, variationalDropout }: Models): Model {
  return sequential({
    input: [pixels],
    layers: [dense({ units: 16, activation: 'relu' }), dense({ units: classes })],
    noise: variationalDropout({ type: 'B', alpha: 'input' }),
    estimator: local(),
    divergence: logUniformExact(),
  });
}

/** The minibatch of a step, one half of the digits or the other. */
function minibatchOf(step: number) {
  const first = (step % 2) * batch;
  const y = new Float32Array(batch * classes);
  for (let row = 0; row < batch; row++) y[row * classes + digits.labels[first + row]] = 1;
  return { rows: batch, x: digits.images.slice(first * pixels, (first + batch) * pixels), y };
}

/** Twenty steps whose every node is checked; each starts from what the backend made of the one before. */
async function checkSteps({ backend, ledger, models, seed }: LawContext): Promise<void> {
  const model = network(models);
  const optimizer = adam();
  const source = trainingProgram(model, categorical(), optimizer);
  const names = keyNames(source);
  const simple = simplify(expand(bind(source, batch), backend.supports.functions));
  const state = initialState(model, categorical(), optimizer, seed);
  const carried: Record<string, Float32Array> = {};
  for (const [name, { data }] of Object.entries({ ...state.parameters, ...state.optimizer.slots })) {
    carried[name] = data;
  }
  const known = new Set(simple.nodes.flatMap((node) => (node.op === 'input' ? [node.name] : [])));
  const dataOf = (step: number) => {
    const { x, y } = minibatchOf(step);
    const scalars = {
      datapointScale: 1 / batch,
      klScale,
      ...optimizer.scalars(step + 1, learningRate),
    };
    const inputs: Record<string, Float32Array> = { ...carried, x, y };
    for (const [name, value] of Object.entries(scalars)) inputs[name] = Float32Array.of(value);
    return {
      inputs: Object.fromEntries(Object.entries(inputs).filter(([name]) => known.has(name))),
      keys: noiseKeys(names, seed, 'training', step),
    };
  };
  const { program: prepared } = prepare(backend, simple, dataOf(0));
  const program = withNodeOutputs(prepared);
  const executable = await backend.compile(program);
  try {
    for (let step = 0; step < steps; step++) {
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
    executable.dispose();
  }
}

/** Mean loss of the last epoch of training, in nats per datapoint. */
async function finalObjective(backend: Backend, models: Models, seed: number): Promise<number> {
  const model = network(models);
  const optimizer = adam();
  const state = initialState(model, categorical(), optimizer, seed);
  const trainer = createTrainer(model, { backend, likelihood: categorical(), optimizer, state });
  try {
    let total = 0;
    for (let step = 0; step < steps; step++) {
      const { loss } = await trainer.run(minibatchOf(step), { learningRate, klScale });
      if (step >= steps - 2) total += loss / 2;
    }
    return total;
  } finally {
    trainer.dispose();
  }
}

/** Training on real digits. */
export const training: Law = {
  id: 'training',
  statement:
    'every node of each of twenty steps on real digits is within its bound, and training ends where it does in float64, within twice the standard error from seed to seed',
  async check(context) {
    const { backend, effort, ledger, models, seed } = context;
    await checkOnce(context, 'steps', () => checkSteps(context));
    await checkOnce(context, 'final objective', async () => {
      const reference = createReferenceBackend();
      const own: number[] = [];
      const exact: number[] = [];
      for (let i = 0; i < seeds * Math.min(effortFactor[effort], 5); i++) {
        own.push(await finalObjective(backend, models, (seed + i) % 2 ** 32));
        exact.push(await finalObjective(reference, models, (seed + i) % 2 ** 32));
      }
      await reference.close();
      const standardError = Math.sqrt(sampleCovariance(exact, exact) / exact.length);
      const [got, wanted] = [sampleMean(own), sampleMean(exact)];
      ledger.effect('final objective', (2 * standardError) / wanted);
      if (!(Math.abs(got - wanted) <= 2 * standardError)) {
        throw new Error(
          `mean final objective of ${exact.length} seeds: got ${got}, wanted ${wanted} ± ${2 * standardError}`,
        );
      }
      ledger.compare(Math.abs(got - wanted), 2 * standardError);
    });
  },
};
