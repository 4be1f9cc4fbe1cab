import { VardropError } from '@vardrop/core';
import type { Supports } from '@vardrop/core/backend';
import { boundProgram, createBuilder, type Program, type SpecialFunction, type Value } from '@vardrop/core/program';
import { exactFunctions } from '@vardrop/core/reference';
import { checkExact } from '../checkExact.js';
import { checkOnce } from '../checkProperty.js';
import { type ElementaryFunction, elementaryFunctions, elementaryUnit, exactElementary } from '../elementaryErrors.js';
import { execute, prepare } from '../execute.js';
import type { Law, LawContext } from '../law.js';
import { effortFactor } from '../law.js';

/** Points of each function's range at effort `quick`. */
const points = 2 ** 13;

/** The functions, each with a range of its domain. */
const special: Readonly<Record<SpecialFunction, readonly [number, number]>> = {
  dawson: [0.01, 30],
  logUniformKl: [0.01, 30],
  lgamma: [0.01, 30],
  digamma: [0.01, 30],
  trigamma: [0.01, 30],
  normalQuantile: [0.001, 0.999],
  logNormalCdf: [-30, 5],
  inverseMillsRatio: [-30, 5],
};
/** Other functions that a backend may list or leave to core. `ulps` states the error in both cases. */
const expanded: readonly string[] = ['sigmoid', 'softplus', 'tanh', 'cos', 'erf'];

/** Where each function is tried: `positive` numbers spread over all exponents, or a range where the function bends. */
const ranges: Readonly<Record<ElementaryFunction, readonly ('positive' | readonly [number, number])[]>> = {
  exp: [
    [-87, 88.7],
    [-1, 1],
  ],
  log: ['positive', [0.5, 2]],
  sigmoid: [
    [-87, 30],
    [-5, 2],
  ],
  softplus: [
    [-87, 30],
    [-5, 2],
  ],
  tanh: [[-10, 10], [-1, 1], 'positive'],
  // The range that `ulps` covers.
  cos: [
    [-8192, 8192],
    [-7, 7],
  ],
  erf: [[-4, 4], [-0.5, 0.5], 'positive'],
  sqrt: ['positive'],
  div: [[0.5, 100]],
};

function unary(name: string, length: number, build: (b: ReturnType<typeof createBuilder>, x: Value) => Value): Program {
  const b = createBuilder(name);
  b.output('y', build(b, b.input('x', [length], 'iteration')));
  return b.build();
}

async function apply(
  { backend }: LawContext,
  name: string,
  x: Float32Array,
  build: (b: ReturnType<typeof createBuilder>, x: Value) => Value,
): Promise<Float32Array> {
  const { program, data } = prepare(backend, boundProgram(unary(name, x.length, build)), { inputs: { x } });
  const outputs = await execute(backend, program, data);
  return outputs.get('y') as Float32Array;
}

function sweep(range: 'positive' | readonly [number, number], count: number): Float32Array {
  if (range !== 'positive') {
    const [low, high] = range;
    return Float32Array.from({ length: count }, (_, i) => low + ((high - low) * i) / (count - 1));
  }
  // Evenly spaced bits of normal numbers, so that all exponents are equally frequent.
  const bits = new Uint32Array(count).map((_, i) => 0x00800000 + Math.floor((0x7effffff * i) / (count - 1)));
  return new Float32Array(bits.buffer);
}

function same(what: string, got: Float32Array, wanted: readonly number[]): void {
  wanted.forEach((value, i) => {
    if (!Object.is(got[i], value)) throw new Error(`${what} at ${i}: got ${got[i]}, wanted ${value}`);
  });
}

const kinds: Readonly<Record<string, (supports: Supports) => boolean>> = {
  'noise is host or device': ({ noise }) => noise === 'host' || noise === 'device',
  'precision is float32 or float64': ({ precision }) => precision === 'float32' || precision === 'float64',
  'functions are those that core has chains for': ({ functions: list }) =>
    Array.isArray(list) && list.every((name) => Object.hasOwn(special, name) || expanded.includes(name)),
  'nonFinite and subnormals are booleans': ({ nonFinite, subnormals }) =>
    typeof nonFinite === 'boolean' && typeof subnormals === 'boolean',
  'ulps has a number for each elementary function': ({ ulps }) =>
    elementaryFunctions.every((name) => {
      const units = ulps?.[name];
      return Number.isFinite(units) && units >= 0;
    }),
  'elements is a positive number': ({ elements }) =>
    elements === undefined || (Number.isInteger(elements) && elements > 0),
  'terms is a whole number from 16 on': ({ terms }) => terms === undefined || (Number.isInteger(terms) && terms >= 16),
  'turns is a positive whole number': ({ turns }) => turns === undefined || (Number.isInteger(turns) && turns > 0),
};

/** The most terms that the law adds up on a backend that declares `turns`. */
const mostTerms = 2 ** 21;

/**
 * Sums and windows of `count` numbers or a few more, all results of one program. The greatest number is the last one.
 */
const loops: Readonly<Record<string, (count: number) => { program: Program; x: Float32Array }>> = {
  sum: (count) => ({
    program: unary('sum', count, (b, x) => b.reduceSum(x)),
    x: endingIn(2, count),
  }),
  product: (count) => ({
    program: unary('product', count, (b, x) => b.matmul(b.reshape(x, [1, count]), b.reshape(x, [count, 1]))),
    x: endingIn(2, count),
  }),
  window: (count) => {
    const side = Math.ceil(Math.sqrt(count));
    const size = [side, side] as const;
    return {
      program: unary('window', side ** 2, (b, x) => b.maxPool2d(b.reshape(x, [1, ...size, 1]), size)),
      x: endingIn(2, side ** 2),
    };
  },
};

/** Ones, and another number at the end. */
function endingIn(last: number, count: number): Float32Array {
  const x = new Float32Array(count).fill(1);
  x[count - 1] = last;
  return x;
}

/** Largest tensor that the law allocates. */
const largestTensor = 2 ** 24;

async function checkKinds(context: LawContext): Promise<void> {
  const { backend, ledger } = context;
  const { supports } = backend;
  for (const [what, holds] of Object.entries(kinds)) {
    await checkOnce(context, what, async () => {
      if (!holds(supports)) throw new Error(`${what}: got ${JSON.stringify(supports)}`);
      ledger.compare(0, 0);
    });
  }
}

async function checkUlps(context: LawContext): Promise<void> {
  const { backend, effort, ledger } = context;
  const { supports } = backend;
  for (const name of elementaryFunctions) {
    const exact = exactElementary[name];
    await checkOnce(context, `units in the last place of ${name}`, async () => {
      // A float64 backend also rounds when it is read.
      const declared = Math.max(supports.ulps[name], 0.5) + 2 ** -20;
      for (const range of ranges[name]) {
        const x = sweep(range, points * effortFactor[effort]);
        const y = await apply(context, name, x, (b, value) => (name === 'div' ? b.div(3, value) : b[name](value)));
        x.forEach((value, i) => {
          const wanted = exact(value);
          if (Math.abs(wanted) < 2 ** -125) return;
          const units = Math.abs(y[i] - wanted) / elementaryUnit(name, wanted);
          if (!(units <= declared) && y[i] !== Math.fround(wanted)) {
            throw new Error(
              `${name}(${value}) at ${i}: got ${y[i]}, wanted ${wanted} ± ${supports.ulps[name]} of its units, is off by ${units}`,
            );
          }
          if (Number.isFinite(units)) ledger.compare(units, declared);
        });
      }
    });
  }
}

/** Checks infinities and NaN, subnormal numbers, and digits beyond float32, if the backend declares them. */
async function checkSpecialNumbers(context: LawContext): Promise<void> {
  const { backend, ledger } = context;
  const { supports } = backend;
  if (supports.nonFinite) {
    await checkOnce(context, 'infinities and NaN', async () => {
      const { NaN: nan, POSITIVE_INFINITY: inf } = Number;
      same('exp', await apply(context, 'exp', Float32Array.of(1000, -1000, inf, -inf), (b, x) => b.exp(x)), [
        inf,
        0,
        inf,
        0,
      ]);
      same('log', await apply(context, 'log', Float32Array.of(0, -1, inf), (b, x) => b.log(x)), [-inf, nan, inf]);
      same('1/x', await apply(context, 'div', Float32Array.of(0, -0, inf, nan), (b, x) => b.div(1, x)), [
        inf,
        -inf,
        0,
        nan,
      ]);
      same('x − x', await apply(context, 'sub', Float32Array.of(inf, nan, 1), (b, x) => b.sub(x, x)), [nan, nan, 0]);
      same('3e38 x', await apply(context, 'mul', Float32Array.of(2, -2, 0), (b, x) => b.mul(x, 3e38)), [inf, -inf, 0]);
      ledger.compare(0, 0);
    });
  }
  if (supports.subnormals) {
    await checkOnce(context, 'subnormal numbers', async () => {
      const tiny = Float32Array.of(2 ** -140, -(2 ** -149), 2 ** -127);
      same('x + 0', await apply(context, 'add', tiny, (b, x) => b.add(x, 0)), [...tiny]);
      same('x / 2', await apply(context, 'mul', tiny.subarray(2), (b, x) => b.mul(x, 0.5)), [2 ** -128]);
      same('2⁻¹⁰⁰ x', await apply(context, 'mul', Float32Array.of(2 ** -40), (b, x) => b.mul(x, 2 ** -100)), [
        2 ** -140,
      ]);
      ledger.compare(0, 0);
    });
  }
  if (supports.precision === 'float64') {
    await checkOnce(context, 'float64', async () => {
      const small = Float32Array.of(2 ** -40, 2 ** -50);
      same('(1 + x) − 1', await apply(context, 'precision', small, (b, x) => b.sub(b.add(1, x), 1)), [...small]);
      ledger.compare(0, 0);
    });
  }
}

/** Checks the functions that the backend lists. */
async function checkFunctions(context: LawContext): Promise<void> {
  const { backend, ledger } = context;
  const { supports } = backend;
  for (const [name, range] of Object.entries(special) as [SpecialFunction, readonly [number, number]][]) {
    if (!supports.functions.includes(name)) continue;
    await checkOnce(context, `function ${name}`, async () => {
      const x = sweep(range, 512);
      const y = await apply(context, name, x, (b, value) => b.special(name, value));
      x.forEach((value, i) => {
        const wanted = exactFunctions[name](value);
        const bound = 3e-6 * Math.abs(wanted);
        if (!(Math.abs(y[i] - wanted) <= bound)) {
          throw new Error(`${name}(${value}): got ${y[i]}, wanted ${wanted} ± ${bound}`);
        }
        ledger.compare(Math.abs(y[i] - wanted), bound);
      });
    });
  }
}

/** Checks long loops and large tensors. */
async function checkSizes(context: LawContext): Promise<void> {
  const { backend, effort, ledger } = context;
  const { supports } = backend;
  const { turns = mostTerms } = supports;
  for (const [name, make] of turns < mostTerms ? Object.entries(loops) : []) {
    await checkOnce(context, `a ${name} of more terms than turns`, async () => {
      const { program, x } = make(turns + 1);
      try {
        await checkExact(context, program, { inputs: { x } });
      } catch (error) {
        if (!(error instanceof VardropError && error.code === 'VARDROP_LIMITS')) throw error;
        // A backend may also refuse a loop that the card could not complete.
        ledger.compare(0, 0);
      }
    });
  }
  await checkOnce(context, 'large tensors', async () => {
    const count = Math.min(supports.elements ?? largestTensor, effort === 'quick' ? 2 ** 20 : largestTensor);
    const x = new Float32Array(count);
    x[count - 1] = 3;
    const y = await apply(context, 'large', x, (b, value) => b.mul(value, 2));
    if (y[count - 1] !== 6 || y[0] !== 0) throw new Error(`2x of ${count} elements: got ${y[count - 1]} in the end`);
    ledger.compare(0, 0);
  });
}

/** What `supports` declares is true. */
export const limits: Law = {
  id: 'limits',
  statement:
    'what `supports` declares is true: kinds, ulps, infinities, subnormals, precision, functions, sizes, turns',
  async check(context) {
    await checkKinds(context);
    await checkUlps(context);
    await checkSpecialNumbers(context);
    await checkFunctions(context);
    await checkSizes(context);
  },
};
