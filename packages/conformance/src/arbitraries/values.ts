import fc from 'fast-check';

/** Numbers in the range of activations and weights, rounded to float32. */
const ordinary = fc.integer({ min: -4000, max: 4000 }).map((n) => Math.fround(n / 1000));

/** Only a few different numbers, so that ties and exact cancellation occur. */
const whole = fc.integer({ min: -3, max: 3 }).map((n) => n + 0);

/** Zeros of both signs, the edges of float32, and the numbers where exp, sigmoid and tanh saturate. */
const edgeNumbers = [
  0,
  -0,
  1,
  -1,
  2 ** -126,
  -(2 ** -126),
  2 ** -149,
  Math.fround(1e-40),
  Math.fround(1e-30),
  Math.fround(-1e-20),
  Math.fround(1e-7),
  1 + 2 ** -23,
  9.5,
  -9.5,
  17.5,
  -17.5,
  88.5,
  -88.5,
  -104,
  2 ** 24,
  Math.fround(1e18),
  Math.fround(-1e30),
  Math.fround(3.4e38),
  -Math.fround(3.4e38),
];

const edges = fc.constantFrom(...edgeNumbers);

/**
 * Halves, which are ties between an even and an odd number, the numbers next to them, and the largest numbers that are
 * not whole.
 */
const nearWhole = [
  0.5,
  0.5 - 2 ** -25,
  0.5 + 2 ** -24,
  1.5,
  2.5,
  1 - 2 ** -24,
  2 ** 22 + 0.5,
  2 ** 23 - 0.5,
  2 ** 23 + 1,
];

/**
 * Zeros, subnormal numbers, the ends of float32, halves, and numbers where functions saturate, each with both signs.
 */
export const edgeValues: Float32Array = Float32Array.from(
  new Set([...edgeNumbers, ...nearWhole, 2, 2 ** -127].flatMap((value) => [value, -value])),
);

/** Every float32 number except infinities and NaN. All exponents are equally likely. */
const anyFinite = fc.float({ noNaN: true, noDefaultInfinity: true });

const unusual = fc.constantFrom(Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN);

/** The numbers that a tensor may contain. */
export interface ValueOptions {
  /** Whether infinities and NaN may occur. */
  readonly nonFinite?: boolean;
  /** Whether numbers near the ends of float32 may occur. Default: true. */
  readonly extremes?: boolean;
}

/**
 * `length` float32 numbers. Each tensor is of one of three kinds: ordinary, with ties, or extreme. Extreme tensors are
 * rare, because bounds say little about sums of extreme numbers.
 */
export function tensorValues(length: number, options: ValueOptions = {}): fc.Arbitrary<Float32Array> {
  const { extremes = true, nonFinite = false } = options;
  const of = (element: fc.Arbitrary<number>) => fc.array(element, { minLength: length, maxLength: length });
  const tempers = [
    { weight: 6, arbitrary: of(ordinary) },
    { weight: 3, arbitrary: of(fc.oneof(whole, whole, ordinary)) },
    ...(extremes
      ? [
          { weight: 2, arbitrary: of(fc.oneof({ weight: 3, arbitrary: ordinary }, { weight: 2, arbitrary: edges })) },
          { weight: 1, arbitrary: of(anyFinite) },
        ]
      : []),
    ...(nonFinite
      ? [{ weight: 1, arbitrary: of(fc.oneof({ weight: 5, arbitrary: ordinary }, { weight: 1, arbitrary: unusual })) }]
      : []),
  ];
  return fc.oneof(...tempers).map((values) => Float32Array.from(values));
}

/** `length` row numbers of a table. Most are valid; others are fractions, too small, too large or NaN. */
export function indexValues(length: number, rows: number, nonFinite: boolean): fc.Arbitrary<Float32Array> {
  const none = [-1, rows, -0, 0.5, rows - 0.5, -(2 ** 24), 2 ** 24, Math.fround(1e30), 2 ** -149];
  const index = fc.oneof(
    { weight: 5, arbitrary: fc.nat(rows - 1) },
    { weight: 1, arbitrary: fc.constantFrom(...none) },
    ...(nonFinite ? [{ weight: 1, arbitrary: unusual }] : []),
  );
  return fc.array(index, { minLength: length, maxLength: length }).map((values) => Float32Array.from(values));
}

/** `length` whole numbers from −3 to 3. */
export function wholeValues(length: number): fc.Arbitrary<Float32Array> {
  return fc.array(whole, { minLength: length, maxLength: length }).map((values) => Float32Array.from(values));
}
