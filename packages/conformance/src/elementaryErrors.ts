import type { Backend } from '@vardrop/core';
import { compileProgram, type Supports } from '@vardrop/core/backend';
import { createBuilder } from '@vardrop/core/program';
import { erf } from '@vardrop/core/reference';

/** Functions whose errors a backend declares. */
export type ElementaryFunction = keyof Supports['ulps'];

/** The largest observed error of one function, in units of `elementaryUnit`. */
export interface ElementaryError {
  readonly name: ElementaryFunction;
  readonly measured: number;
  /** `supports.ulps[name]`. */
  readonly declared: number;
}

const count = 1 << 18;
const view = new DataView(new ArrayBuffer(4));
const fromBits = (bits: number) => {
  view.setUint32(0, bits);
  return view.getFloat32(0);
};
/** Evenly spaced numbers. */
const linear = (low: number, high: number) =>
  Float32Array.from({ length: count }, (_, i) => low + ((high - low) * i) / (count - 1));
/** Positive floats with evenly spaced bits, so that all exponents are equally frequent. */
const positive = () =>
  Float32Array.from({ length: count }, (_, i) => fromBits(1 + Math.floor((0x7f7ffffe * i) / (count - 1))));
const negative = () => positive().map((x) => -x);

/** Float64 values of the functions; `div` is the quotient 3/x. */
export const exactElementary: Readonly<Record<ElementaryFunction, (x: number) => number>> = {
  exp: Math.exp,
  log: Math.log,
  sigmoid: (x) => (x >= 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x))),
  softplus: (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))),
  tanh: Math.tanh,
  cos: Math.cos,
  erf,
  sqrt: Math.sqrt,
  div: (x) => 3 / x,
};

/**
 * The unit for the error of a function with the exact value y: 2^(floor(log₂|y|) − 23), and at least the distance
 * between subnormal numbers. For `cos`, whose error is absolute, it is 2⁻²⁴.
 */
export function elementaryUnit(name: ElementaryFunction, y: number): number {
  return name === 'cos' ? 2 ** -24 : Math.max(2 ** (Math.floor(Math.log2(Math.abs(y))) - 23), 2 ** -149);
}

const sweeps: Readonly<Record<ElementaryFunction, () => readonly Float32Array[]>> = {
  exp: () => [linear(-104, 89), linear(-1, 1), positive(), negative()],
  log: () => [positive(), linear(0.5, 2), linear(0.99, 1.01)],
  sigmoid: () => [linear(-104, 30), linear(-5, 2), positive(), negative()],
  softplus: () => [linear(-104, 30), linear(-5, 2), positive(), negative()],
  tanh: () => [linear(-10, 10), linear(-1, 1), positive(), negative()],
  // The range that `supports.ulps` covers.
  cos: () => [linear(-8192, 8192), linear(-100, 100), linear(-4, 4), positive().map((x) => Math.min(x, 8192))],
  erf: () => [linear(-5, 5), linear(-1, 1), positive(), negative()],
  sqrt: () => [positive()],
  div: () => [positive(), negative(), linear(0.5, 2)],
};

/** Names of the functions that `elementaryError` measures. */
export const elementaryFunctions = Object.keys(sweeps) as readonly ElementaryFunction[];

/**
 * Measures the error of one elementary function of a backend over about 2¹⁸ numbers per range. `supports.ulps` must be
 * at least this error. Infinities and numbers below 2⁻¹²⁶ are omitted if the backend does not keep them. Rejects with
 * the backend's error.
 */
export async function elementaryError(backend: Backend, name: ElementaryFunction): Promise<ElementaryError> {
  const exact = exactElementary[name];
  const { nonFinite, subnormals, ulps } = backend.supports;
  const b = createBuilder('elementary function');
  const input = b.input('x', [count]);
  b.output('y', name === 'div' ? b.div(3, input) : b[name](input));
  const executable = await compileProgram(backend, b.build());
  let measured = 0;
  for (const sweep of sweeps[name]()) {
    const x = backend.upload(sweep, [count]);
    const { y } = executable.run({ x }, [{}]).outputs[0];
    const actual = await backend.read(y);
    for (let i = 0; i < count; i++) {
      const expected = exact(sweep[i]);
      if (!nonFinite && !Number.isFinite(Math.fround(expected))) continue;
      if (!subnormals && Math.min(Math.abs(expected), Math.abs(sweep[i])) < 2 ** -126) continue;
      // Exact results have error 0. This includes infinities, whose difference is NaN.
      const same = actual[i] === Math.fround(expected) && !Number.isFinite(actual[i]);
      const error = same ? 0 : Math.abs(actual[i] - expected) / elementaryUnit(name, expected);
      // A NaN counts as an infinite error.
      if (!(error <= measured)) measured = Number.isNaN(error) ? Number.POSITIVE_INFINITY : error;
    }
    backend.dispose(x);
    backend.dispose(y);
  }
  executable.dispose();
  return { name, measured, declared: ulps[name] };
}
