import { conformance, laws } from '@vardrop/conformance';
import { compileProgram } from '@vardrop/core/backend';
import { createBuilder } from '@vardrop/core/program';
import * as runner from 'vitest';
import { createGpujsBackend, type GpujsMode } from '../src/index.js';

/** Shapes of which the larger is computed in blocks of rows where a mode does that. */
const sizes: readonly (readonly [number, number, number])[] = [
  [5, 7, 3],
  [103, 203, 90],
];

/** Registers the tests of noise that is made in kernels. */
export function checkNoise(mode: GpujsMode): void {
  conformance({
    name: `noise on the device, gpujs:${mode}`,
    create: () => createGpujsBackend({ mode, noise: 'device' }),
    laws: laws.filter(({ id }) => id === 'noise'),
    runner,
  });

  // All of the kinds of kernel that noise can be part of.
  runner.it.each(sizes)(
    `noise in kernels of a layer of %ix%ix%i on ${mode} is that of the host`,
    async (rows, inputs, units) => {
      const b = createBuilder('layer');
      const product = b.matmul(b.input('x', [rows, inputs]), b.input('w', [inputs, units]));
      const sample = b.add(product, b.noise('normal', 'sample', [rows, units]));
      b.output('sample', sample);
      b.output('mask', b.mul(b.noise('uniform', 'mask', [rows, 4, units]), b.input('scale', [units])));
      b.output('sum', b.reduceSum(b.noise('uniform', 'sum', [rows, 4, units]), [1]));
      const run = async (noise: 'host' | 'device') => {
        const backend = await createGpujsBackend({ mode, noise });
        runner.expect(backend.supports.noise).toBe(noise);
        const program = await compileProgram(backend, b.build());
        const fill = (shape: number[]) =>
          backend.upload(
            Float32Array.from({ length: shape.reduce((a, c) => a * c) }, (_, i) => ((i * 7) % 5) - 2),
            shape,
          );
        const [result] = program.run({ x: fill([rows, inputs]), w: fill([inputs, units]), scale: fill([units]) }, [
          {
            keys: {
              sample: { words: [1, 2], row: 9 },
              mask: { words: [3, 4] },
              sum: { words: [5, 4e9], row: 2 ** 33 },
            },
          },
        ]).outputs;
        const values = await Promise.all(['sample', 'mask', 'sum'].map((name) => backend.read(result[name])));
        await backend.close();
        return values;
      };
      const [host, device] = [await run('host'), await run('device')];
      // Whole numbers below 4 · 203 add up exactly; the noise, below 8, is off by four units and rounded once more.
      host[0].forEach((value, i) => {
        const bound = 4 * 2 ** -21 + 2 ** -23 * Math.max(8, Math.abs(value));
        runner.expect(Math.abs(device[0][i] - value)).toBeLessThanOrEqual(bound);
      });
      runner.expect(device.slice(1)).toEqual(host.slice(1));
    },
  );
}
