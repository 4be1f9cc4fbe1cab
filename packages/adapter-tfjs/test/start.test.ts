import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { expect, it } from 'vitest';
import { createTfjsBackend } from '../src/index.js';

it('starts several backends at once, beside the app', async () => {
  const app = tf.setBackend('wasm');
  const backends = await Promise.all(
    (['wasm', 'cpu', 'wasm'] as const).map((device) => createTfjsBackend({ tf, device })),
  );
  expect(await app).toBe(true);
  expect(tf.getBackend()).toBe('wasm');
  for (const backend of backends) {
    const tensor = backend.upload(Float32Array.of(1, 2), [2]);
    expect([...(await backend.read(tensor))]).toEqual([1, 2]);
    await backend.close();
  }
});
