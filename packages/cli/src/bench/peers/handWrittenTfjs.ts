import { createMinibatch, type Peer } from '@vardrop/experiments';
import { createHandWrittenStep } from './handWrittenStep.js';

/** The training step of a workload as written with tfjs alone, on its wasm backend. */
export async function handWrittenTfjs(): Promise<Peer> {
  const tf = await import('@tensorflow/tfjs');
  await import('@tensorflow/tfjs-backend-wasm');
  await tf.setBackend('wasm');
  return {
    name: 'tfjs by hand',
    async prepare(workload) {
      const { run, dispose } = createHandWrittenStep(tf, workload, createMinibatch(workload));
      return { run: async () => void (await run()), dispose };
    },
  };
}
