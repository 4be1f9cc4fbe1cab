import {
  adam,
  dense,
  initialState,
  localReparametrization,
  logUniformSigmoid,
  sequential,
  sparseVariational,
} from '@vardrop/core';
import { createTrainer } from '@vardrop/core/extend';
import { boundProgram, createBuilder } from '@vardrop/core/program';
import { expect, it, vi } from 'vitest';
import { createTfjsBackend, type ProfiledStep } from '../src/index.js';

it('trains in few passes over memory on wasm', async () => {
  let steps: ProfiledStep[] = [];
  const backend = await createTfjsBackend({ device: 'wasm', profile: (step) => steps.push(step) });
  const model = sequential({
    input: [12],
    layers: [dense({ units: 9, activation: 'relu' }), dense({ units: 7, activation: 'relu' }), dense({ units: 5 })],
    noise: sparseVariational(),
    estimator: localReparametrization(),
    divergence: logUniformSigmoid(),
  });
  const optimizer = adam();
  const trainer = createTrainer(model, { backend, optimizer, state: initialState(model, optimizer, 1) });
  const y = new Float32Array(4 * 5).map((_, i) => (i % 5 === 0 ? 1 : 0));
  const x = new Float32Array(4 * 12).map((_, i) => Math.sin(i));
  const minibatch = { rows: 4, inputs: { x }, targets: { output: y } };
  for (let i = 0; i < 2; i++) {
    steps = [];
    const { loss } = await trainer.run(minibatch, { learningRateFactor: 1, klScale: 0.01 });
    expect(loss).toBeGreaterThan(0);
  }
  const count = (kind: string) => steps.filter((step) => step.kind === kind).length;
  // Two moments forward, two weight gradients, two input gradients but for the first layer.
  expect(count('matmul')).toBe(3 * 2 + 3 * 2 + 2 * 2);
  // A layer's KL, its gradient, and the update of θ and log σ² are one loop.
  for (const layer of ['dense1', 'dense2', 'dense3']) {
    const update = steps.filter((step) => step.kind === 'loop' && step.label.includes(`adam/${layer}/weights`));
    expect(update).toHaveLength(1);
    expect(update[0].label).toContain(`adam/${layer}/logVariance`);
    expect(update[0].label).toContain(`objective/${layer}`);
  }
  // Nothing else but transposes and changes of shape.
  const known = ['loop', 'matmul', 'transpose', 'reshape'];
  expect(steps.filter((step) => !known.includes(step.kind))).toEqual([]);
  expect(count('loop')).toBeLessThanOrEqual(30);
  trainer.dispose();
  await backend.close();
});

it('compiles kernels of equal code once', async () => {
  const backend = await createTfjsBackend({ device: 'wasm' });
  const instantiate = vi.spyOn(WebAssembly, 'instantiate');
  const bytesOf = async (steps: number) => {
    const b = createBuilder('steps');
    const [x, weights] = [b.input('x', [3, 7, 5]), b.input('weights', [5, 5])];
    let state = b.input('state', [3, 5]);
    for (let t = 0; t < steps; t++) {
      const own = b.reshape(b.slice(x, [undefined, { start: t, end: t + 1 }]), [3, 5]);
      state = b.max(b.matmul(b.add(state, own), weights), 0);
    }
    b.output('state', state);
    const executable = await backend.compile(boundProgram(b.build()));
    executable.dispose();
    const [module] = instantiate.mock.lastCall as unknown as [Uint8Array];
    return module.length;
  };
  const [few, many] = [await bytesOf(3), await bytesOf(7)];
  instantiate.mockRestore();
  // One more slice of its own for each step.
  expect(many).toBeLessThan(2 * few);
});
