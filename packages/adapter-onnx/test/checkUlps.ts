import { type Backend, createBuilder, type UnaryOp } from '@vardrop/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createOnnxBackend, type OnnxDevice } from '../src/index.js';

const count = 1 << 18;
const view = new DataView(new ArrayBuffer(4));
const fromBits = (bits: number) => {
  view.setUint32(0, bits);
  return view.getFloat32(0);
};
/** Evenly spaced numbers, and positive floats evenly spaced by their bits (each exponent as often as the next). */
const between = (low: number, high: number) =>
  Float32Array.from({ length: count }, (_, i) => low + ((high - low) * i) / (count - 1));
const positive = Float32Array.from({ length: count }, (_, i) =>
  fromBits(1 + Math.floor((0x7f7ffffe * i) / (count - 1))),
);
const negative = positive.map((x) => -x);
/** 2^(floor(log₂|y|) − 23), and no less than the distance between subnormal numbers. */
const ulp = (y: number) => Math.max(2 ** (Math.floor(Math.log2(Math.abs(y))) - 23), 2 ** -149);

const functions: readonly [Exclude<UnaryOp, 'neg' | 'abs'> | 'div', (x: number) => number, Float32Array[]][] = [
  ['exp', Math.exp, [between(-104, 89), between(-1, 1), positive, negative]],
  ['log', Math.log, [positive, between(0.5, 2), between(0.99, 1.01)]],
  [
    'sigmoid',
    (x) => (x >= 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x))),
    [between(-104, 30), between(-5, 2), positive, negative],
  ],
  [
    'softplus',
    (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))),
    [between(-104, 30), between(-5, 2), positive, negative],
  ],
  ['tanh', Math.tanh, [between(-10, 10), between(-1, 1), positive, negative]],
  ['sqrt', Math.sqrt, [positive]],
  ['div', (x) => 3 / x, [positive, negative, between(0.5, 2)]],
];

/**
 * Registers the tests of what `supports.ulps` states, for a device.
 *
 * @param otherCards by how much more than twice the error seen here the declared one may be, for cards that do worse
 */
export function checkUlps(device: OnnxDevice, otherCards = 0): void {
  describe(`errors of elementary functions on ${device}`, () => {
    let backend: Backend;
    beforeAll(async () => {
      backend = await createOnnxBackend({ device });
    });
    afterAll(() => backend.close());
    it.each(functions)('%s', async (op, exact, sweeps) => {
      const b = createBuilder('ulps');
      const input = b.input('x', [count]);
      b.output('y', op === 'div' ? b.div(3, input) : b[op](input));
      const executable = await backend.compile(b.build());
      const { nonFinite, subnormals, ulps } = backend.supports;
      let worst = 0;
      for (const sweep of sweeps) {
        const x = backend.upload(sweep, [count]);
        const { y } = executable.run({ x }, [{}]).outputs[0];
        const actual = await backend.read(y);
        for (let i = 0; i < count; i++) {
          const expected = exact(sweep[i]);
          if (!nonFinite && !Number.isFinite(Math.fround(expected))) continue;
          if (!subnormals && Math.min(Math.abs(expected), Math.abs(sweep[i])) < 2 ** -126) continue;
          // Exact results have no error, among them infinities, whose difference is none.
          const error =
            actual[i] === Math.fround(expected) && !Number.isFinite(actual[i])
              ? 0
              : Math.abs(actual[i] - expected) / ulp(expected);
          if (!(error <= worst)) worst = error;
        }
        backend.dispose(x);
        backend.dispose(y);
      }
      executable.dispose();
      const declared = ulps[op];
      expect(worst).toBeLessThanOrEqual(declared + 2 ** -20);
      expect(declared).toBeLessThanOrEqual(Math.max(2 * worst, 0.5) + otherCards);
    });
  });
}
