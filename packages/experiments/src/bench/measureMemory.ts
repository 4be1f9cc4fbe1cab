import type { Backend } from '@vardrop/core';
import { createTrainer } from '@vardrop/core/extend';
import type { BenchMemory } from './benchReport.js';
import { createMinibatch, createWorkload, type Workload, workloadScales } from './workload.js';

/** Bytes in use by kind (`heap`, `resident`), after garbage collection if the platform allows it. */
export type MemoryProbe = () => Promise<Readonly<Record<string, number>>>;

/** Trains for a while on one backend, and measures the memory that `steps` further steps leave. */
export async function measureMemory(
  backend: Backend,
  workload: Workload,
  steps: number,
  probe: MemoryProbe,
): Promise<BenchMemory> {
  const existing = backend.liveTensors();
  const { model, ...parts } = createWorkload(workload, true);
  const trainer = createTrainer(model, { backend, ...parts });
  const minibatch = createMinibatch(workload);
  const { trainingSize } = workloadScales;
  const train = async (until: number) => {
    while (trainer.step < until) await trainer.run(minibatch, { learningRateFactor: 1, klScale: 1 / trainingSize });
    return { liveTensors: backend.liveTensors() - existing, bytes: await probe() };
  };
  let readings: readonly Awaited<ReturnType<typeof train>>[];
  try {
    // The runtimes' pools grow in the first steps.
    readings = [await train(5), await train(5 + steps)];
  } finally {
    trainer.dispose();
  }
  const [before, after] = readings;
  return {
    workload: workload.name,
    steps,
    liveTensors: { before: before.liveTensors, after: after.liveTensors },
    leakedTensors: backend.liveTensors() - existing,
    bytes: Object.fromEntries(
      Object.entries(before.bytes).map(([kind, value]) => [kind, { before: value, after: after.bytes[kind] }]),
    ),
  };
}
