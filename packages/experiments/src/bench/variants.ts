import { type Backend, createPredictor } from '@vardrop/core';
import { compileProgram, type Tensor } from '@vardrop/core/backend';
import { createTrainer, type Minibatch, trainingProgram } from '@vardrop/core/extend';
import { createBuilder, elementCount } from '@vardrop/core/program';
import * as random from '@vardrop/core/random';
import { contractions, contractionsProgram, gigaflop, predictionContractions } from './contractions.js';
import type { VariantName, VariantPlan } from './timedVariant.js';
import { createMinibatch, createRandom, createWorkload, type Workload, workloadScales } from './workload.js';

/** The data of a workload for all backends, made once. */
export interface WorkloadData {
  readonly workload: Workload;
  readonly noisy: ReturnType<typeof createWorkload>;
  readonly plain: ReturnType<typeof createWorkload>;
  readonly minibatch: Minibatch;
  /** Numbers in [−½, ½), as many as the largest operand of the products. */
  readonly numbers: Float32Array;
}

/** Makes the data of a workload. */
export function createWorkloadData(workload: Workload): WorkloadData {
  const sizes = contractions(workload, true).flatMap(({ m, k, n }) => [m * k, k * n]);
  const numbers = new Float32Array(Math.max(...sizes));
  const next = createRandom();
  for (let i = 0; i < numbers.length; i++) numbers[i] = next() - 0.5;
  return {
    workload,
    noisy: createWorkload(workload, true),
    plain: createWorkload(workload, false),
    minibatch: createMinibatch(workload),
    numbers,
  };
}

/** Normal numbers of one run of the variant `noise`. */
export const noiseCount = 1_000_000;

/** Samples of one run of the variant `sampled prediction`. */
export const predictionSamples = 8;

/**
 * The variants of a workload, the most important first:
 *
 * - *step*: a training step with fresh noise and the loss read, or one of the same network without noise (deterministic);
 * - *products*: the matrix products of the step alone, as fast as the backend's library is;
 * - *mean prediction*: one pass over the minibatch's rows with the weights' means, *sampled prediction*: `predictionSamples`
 *   Monte-Carlo samples of the same rows, both including the upload of the rows and reading the result.
 */
export function workloadVariants(backend: Backend, data: WorkloadData): readonly VariantPlan[] {
  const plan = (name: VariantName, flop: number, prepare: () => Promise<Prepared>): VariantPlan => ({
    name,
    gigaflop: flop,
    prepare: async () => ({ name, gigaflop: flop, ...(await prepare()) }),
  });
  const { workload } = data;
  const [noisy, plain] = [true, false].map((noise) => contractions(workload, noise));
  return [
    plan('variational step', gigaflop(noisy), async () => step(backend, data, true)),
    plan('deterministic step', gigaflop(plain), async () => step(backend, data, false)),
    plan('variational products', gigaflop(noisy), () => products(backend, data, true)),
    plan('deterministic products', gigaflop(plain), () => products(backend, data, false)),
    ...[0, predictionSamples].map((samples) =>
      plan(
        samples === 0 ? 'mean prediction' : 'sampled prediction',
        gigaflop(predictionContractions(workload, samples)),
        async () => prediction(backend, data, samples),
      ),
    ),
  ];
}

/** Variants that do not depend on the batch: compilation of the training step, and `noiseCount` normal numbers. */
export function commonVariants(backend: Backend, data: WorkloadData): readonly VariantPlan[] {
  return [
    {
      name: 'compilation',
      gigaflop: 0,
      repetitions: 5,
      prepare: async () => ({ name: 'compilation', gigaflop: 0, ...compilation(backend, data) }),
    },
    {
      name: 'noise',
      gigaflop: 0,
      prepare: async () => ({ name: 'noise', gigaflop: 0, ...(await noise(backend)) }),
    },
  ];
}

interface Prepared {
  run(): Promise<void>;
  dispose(): void;
}

function step(backend: Backend, { noisy, plain, minibatch }: WorkloadData, noise: boolean): Prepared {
  const { model, ...others } = noise ? noisy : plain;
  const trainer = createTrainer(model, { backend, ...others });
  const { trainingSize } = workloadScales;
  return {
    run: async () => void (await trainer.run(minibatch, { learningRateFactor: 1, klScale: 1 / trainingSize })),
    dispose: () => trainer.dispose(),
  };
}

async function products(backend: Backend, { workload, numbers }: WorkloadData, noise: boolean): Promise<Prepared> {
  const program = contractionsProgram(contractions(workload, noise));
  const compiled = await compileProgram(backend, program);
  const inputs: Record<string, Tensor> = {};
  for (const node of compiled.program.nodes) {
    if (node.op !== 'input') continue;
    const { shape } = node;
    const count = elementCount(shape);
    inputs[node.name] = backend.upload(numbers.subarray(0, count), shape);
  }
  return {
    async run() {
      const { total } = compiled.run({}, [{ inputs }]).outputs[0];
      await backend.read(total);
      backend.dispose(total);
    },
    dispose() {
      for (const tensor of Object.values(inputs)) backend.dispose(tensor);
      compiled.dispose();
    },
  };
}

function prediction(backend: Backend, data: WorkloadData, samples: number): Prepared {
  const { workload, minibatch, noisy } = data;
  const { model, state } = noisy;
  const mode = samples === 0 ? 'mean' : 'sample';
  const predictor = createPredictor(model, { backend, samples, mode, batch: workload.batch });
  const parameters = Object.fromEntries(
    Object.entries(state.parameters).map(([name, { data, shape }]) => [name, backend.upload(data, shape)]),
  );
  let seed = 0;
  return {
    run: async () => void (await predictor.run(parameters, minibatch.inputs, { seed: seed++ })),
    dispose() {
      predictor.dispose();
      for (const tensor of Object.values(parameters)) backend.dispose(tensor);
    },
  };
}

function compilation(backend: Backend, { workload, noisy }: WorkloadData): Prepared {
  const { model, optimizer } = noisy;
  return {
    async run() {
      const program = trainingProgram(model, optimizer);
      (await compileProgram(backend, program, { batch: workload.batch })).dispose();
    },
    dispose() {},
  };
}

/** Noise as the programs of this backend get it: made on the device, or made by the host and uploaded. */
async function noise(backend: Backend): Promise<Prepared> {
  const b = createBuilder('noise');
  const rows = 1000;
  b.output('total', b.reduceSum(b.noise('normal', 'zeta', [rows, noiseCount / rows]), [0, 1]));
  const compiled = await compileProgram(backend, b.build());
  let run = 0;
  return {
    async run() {
      const { total } = compiled.run({}, [{ keys: { zeta: { words: random.key(run++) } } }]).outputs[0];
      await backend.read(total);
      backend.dispose(total);
    },
    dispose: () => compiled.dispose(),
  };
}
