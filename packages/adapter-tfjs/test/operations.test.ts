import { evaluate } from '@vardrop/core';
import { describe, expect, it } from 'vitest';
import { createTfjsBackend } from '../src/index.js';
import { cases } from './cases.js';

describe.each(['cpu', 'wasm'] as const)('operations on %s', async (device) => {
  const backend = await createTfjsBackend({ device });
  it.each(cases)('$name', async ({ program }) => {
    const inputs: Record<string, Float32Array> = {};
    const tensors = Object.fromEntries(
      program.nodes.flatMap((node) => {
        if (node.op !== 'input') return [];
        const shape = node.shape as number[];
        const size = shape.reduce((a, b) => a * b, 1);
        inputs[node.name] = Float32Array.from(
          { length: size },
          (_, i) => Math.round(40 * Math.sin(1 + i * 1.7 + size + node.name.charCodeAt(1))) / 16,
        );
        return [[node.name, backend.upload(inputs[node.name], shape)]];
      }),
    );
    const executable = await backend.compile(program);
    const before = backend.liveTensors();
    const { outputs } = executable.run(tensors, [{}]);
    expect(backend.liveTensors()).toBe(before + 1);
    const expected = evaluate(program, { inputs }).y;
    const actual = await backend.read(outputs[0].y);
    expect(outputs[0].y.shape).toEqual(program.nodes[program.outputs.y].shape);
    expect(actual.length).toBe(expected.length);
    let worst = 0;
    expected.forEach((y, i) => {
      const e = Object.is(y, actual[i]) || y === actual[i] ? 0 : Math.abs(y - actual[i]) / Math.max(1, Math.abs(y));
      worst = Math.max(worst, Number.isNaN(e) ? Number.POSITIVE_INFINITY : e);
    });
    expect(worst).toBeLessThan(2e-6);
    backend.dispose(outputs[0].y);
    for (const t of Object.values(tensors)) backend.dispose(t);
    executable.dispose();
  });
});
