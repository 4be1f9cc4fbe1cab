import fc from 'fast-check';

/** Axis lengths, often 1. */
export const axisLength: fc.Arbitrary<number> = fc.oneof(
  { weight: 1, arbitrary: fc.constant(1) },
  { weight: 4, arbitrary: fc.integer({ min: 1, max: 5 }) },
);

/** Shapes with `minimum` to `maximum` axes (0 and 4 if left out); scalars and axes of length 1 included. */
export function shapes(minimum = 0, maximum = 4): fc.Arbitrary<number[]> {
  return fc.array(axisLength, { minLength: minimum, maxLength: maximum });
}

/** Shapes that broadcast together: each is the result's shape with axes set to 1 and leading ones left out. */
export function broadcastingShapes(operands: number): fc.Arbitrary<{ result: number[]; operands: number[][] }> {
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

/** A subset of a shape's axes, ascending. */
export function axesOf(shape: readonly number[]): fc.Arbitrary<number[]> {
  return fc.subarray(shape.map((_, axis) => axis));
}
