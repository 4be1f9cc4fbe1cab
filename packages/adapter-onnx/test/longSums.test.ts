import { logUniformExact, sparseVariational } from '@vardrop/core';
import { compileProgram } from '@vardrop/core/backend';
import type { Posterior } from '@vardrop/core/extend';
import { createBuilder } from '@vardrop/core/program';
import { logUniformKl } from '@vardrop/core/reference';
import { expect, it } from 'vitest';
import { createOnnxBackend } from '../src/index.js';

const side = 2000;
const logVariance = -6;
// A new layer's weights are of one size, and so are the terms of its KL.
const values = Float32Array.from({ length: side * side }, (_, i) => 0.05 + 0.001 * Math.sin(i));
const wanted = values.reduce((sum, weight) => sum + logUniformKl(weight / Math.sqrt(2 * Math.exp(logVariance))), 0);

/** Relative error of the KL of a single weight in float32. */
const float32Error = 3e-6;

it.each(['wasm', 'native'] as const)(
  'the KL of a layer of four million weights keeps its digits on %s',
  async (device) => {
    const shape = [side, side];
    const b = createBuilder('kl');
    const weights = b.input('weights', shape);
    const own = { weights, logVariance: b.broadcast(b.input('logVariance', []), shape) };
    const posterior = sparseVariational().posterior?.(b, own, shape) as Posterior;
    b.output('kl', logUniformExact().kl(b, posterior));
    const backend = await createOnnxBackend({ device });
    const compiled = await compileProgram(backend, b.build());
    const { outputs } = compiled.run(
      { weights: backend.upload(values, shape), logVariance: backend.upload(Float32Array.of(logVariance), []) },
      [{}],
    );
    const [got] = await backend.read(outputs[0].kl);
    expect(Math.abs(got - wanted) / wanted).toBeLessThan(float32Error);
    await backend.close();
  },
);
