import { elementCount } from '@vardrop/core/program';
import { describe, expect, it } from 'vitest';
import { cases } from './cases.js';
import { checkProgram } from './checkProgram.js';
import { createVariant, variants } from './devices.js';

describe.each(variants)('operations on %s', async (variant) => {
  const backend = await createVariant(variant);
  it.each(cases)('$name', async ({ program }) => {
    const inputs: Record<string, Float32Array> = {};
    for (const node of program.nodes) {
      if (node.op !== 'input') continue;
      const size = elementCount(node.shape);
      // Sixteenths, so that maxima have ties.
      const phase = size + node.name.charCodeAt(1);
      inputs[node.name] = Float32Array.from(
        { length: size },
        (_, i) => Math.round(40 * Math.sin(phase + i * 1.7)) / 16,
      );
    }
    expect(await checkProgram(backend, program, inputs)).toEqual([]);
    expect(backend.liveTensors()).toBe(0);
  });

  const special = [0, -0, 1, -1, Infinity, -Infinity, Number.NaN, 1e-40, -1e-40, 3e38, -3e38, 88.9, -88.9, -103.5, 2];
  const elementwise = cases.filter(({ program }) =>
    program.nodes.some((node) => node.op === 'input' && node.shape.join() === '37,41'),
  );
  it.each([
    ...elementwise,
    ...cases.filter(({ name }) => /^(neg|abs|exp|log|sqrt|sigmoid|softplus|tanh|floor|round|cos|erf) \[.*,/.test(name)),
  ])('$name of infinities, NaN and subnormal numbers', async ({ program }) => {
    const inputs: Record<string, Float32Array> = {};
    for (const [k, node] of program.nodes.entries()) {
      if (node.op !== 'input') continue;
      const size = elementCount(node.shape);
      inputs[node.name] = Float32Array.from(
        { length: size },
        (_, i) => special[(k === 0 ? i : Math.floor(i / 15) + i) % 15],
      );
    }
    expect(await checkProgram(backend, program, inputs)).toEqual([]);
  });
});
