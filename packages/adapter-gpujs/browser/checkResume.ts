import {
  adam,
  type Backend,
  dense,
  initialState,
  localReparametrization,
  sequential,
  sparseVariational,
  type TrainingState,
} from '@vardrop/core';
import { createTrainer } from '@vardrop/core/extend';
import { expect, it } from 'vitest';

/** A backend, and what takes its graphics card away. */
export interface Watched {
  readonly backend: Backend;
  lose(): void;
}

/** Registers the test that what a lost graphics card interrupts goes on elsewhere as if nothing had happened. */
export function checkResume(createWatched: () => Promise<Watched>, lost: object): void {
  it('goes on from the last checkpoint, bit for bit, where the card was lost in a step', async () => {
    const model = sequential({
      input: [12],
      layers: [dense({ units: 9, activation: 'relu' }), dense({ units: 3 })],
      noise: sparseVariational(),
      estimator: localReparametrization(),
    });
    const optimizer = adam();
    const minibatch = {
      rows: 20,
      inputs: { x: Float32Array.from({ length: 20 * 12 }, (_, i) => ((i * 7919) % 1000) / 1000) },
      targets: { output: Float32Array.from({ length: 20 * 3 }, (_, i) => (i % 4 === 0 ? 1 : 0)) },
    };
    const scales = { learningRateFactor: 10, klScale: 0.01 };
    async function train(on: Backend, state: TrainingState, steps: number) {
      const trainer = createTrainer(model, { backend: on, optimizer, state });
      for (let step = 0; step < steps; step++) await trainer.run(minibatch, scales);
      const reached = await trainer.state();
      return { trainer, reached };
    }
    const start = initialState(model, optimizer, 5);

    const steady = await createWatched();
    const { reached: expected } = await train(steady.backend, start, 4);
    await steady.backend.close();

    const first = await createWatched();
    const { trainer, reached: checkpoint } = await train(first.backend, start, 2);
    const step = trainer.run(minibatch, scales);
    first.lose();
    await expect(step).rejects.toMatchObject(lost);
    trainer.dispose();
    await first.backend.close();
    expect(first.backend.liveTensors()).toBe(0);

    const second = await createWatched();
    const { reached } = await train(second.backend, checkpoint, 2);
    expect(reached).toEqual(expected);
    expect(reached.parameters).not.toEqual(checkpoint.parameters);
    await second.backend.close();
  });
}
