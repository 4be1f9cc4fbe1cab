import fc from 'fast-check';

/** Axis lengths, often 1. */
export const axisLength: fc.Arbitrary<number> = fc.oneof(
  { weight: 1, arbitrary: fc.constant(1) },
  { weight: 4, arbitrary: fc.integer({ min: 1, max: 5 }) },
);

/** Shapes with `minimum` to `maximum` axes (default 0 and 4), including scalars and axes of length 1. */
export function shapes(minimum = 0, maximum = 4): fc.Arbitrary<number[]> {
  // The rank is drawn separately. As the length of an array it would be 0 too often.
  const ranks = Array.from({ length: maximum - minimum + 1 }, (_, i) => minimum + i);
  return fc
    .constantFrom(...ranks)
    .chain((rank) => fc.array(axisLength, { minLength: rank, maxLength: rank, size: 'max' }));
}

/** Shapes that broadcast together. */
export function broadcastingShapes(operands: number): fc.Arbitrary<BroadcastingShapes> {
  return fc.oneof({ weight: 3, arbitrary: anyShapes(operands) }, { weight: 1, arbitrary: squares(operands) });
}

/** Shapes of operands, and the shape that they broadcast to. */
interface BroadcastingShapes {
  readonly result: number[];
  readonly operands: number[][];
}

/** Each is the result's shape with some axes set to 1 and some leading axes omitted. */
function anyShapes(operands: number): fc.Arbitrary<BroadcastingShapes> {
  return shapes().chain((result) => {
    const operand = fc
      .tuple(
        fc.array(fc.integer({ min: 0, max: 3 }), { minLength: result.length, maxLength: result.length }),
        fc.nat(9),
      )
      .map(([ones, drop]) => {
        const shape = result.map((n, axis) => (ones[axis] === 3 ? 1 : n));
        return drop < 7 ? shape : shape.slice(drop - 6);
      });
    return fc.array(operand, { minLength: operands, maxLength: operands }).map((all) => ({ result, operands: all }));
  });
}

/**
 * Squares and cubes, and vectors as long as their sides. Only values show whether a vector is aligned to the right
 * axis.
 */
function squares(operands: number): fc.Arbitrary<BroadcastingShapes> {
  const ranks = fc.array(fc.boolean(), { minLength: operands, maxLength: operands });
  return fc
    .tuple(fc.integer({ min: 2, max: 5 }), fc.integer({ min: 2, max: 3 }), ranks)
    .map(([n, rank, whole]) => {
      const result = new Array<number>(rank).fill(n);
      return { result, operands: whole.map((each, i) => (each || i === 0 ? [...result] : [n])) };
    })
    .chain((given) =>
      fc
        .shuffledSubarray(given.operands, { minLength: operands })
        .map((shuffled) => ({ ...given, operands: shuffled })),
    );
}

/** A subset of a shape's axes, in ascending order. */
export function axesOf(shape: readonly number[]): fc.Arbitrary<number[]> {
  return fc.subarray(shape.map((_, axis) => axis));
}
