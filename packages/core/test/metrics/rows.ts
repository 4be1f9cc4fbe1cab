import fc from 'fast-check';

/** Numbers that are exact in float64 and so are their sums, with many ties. */
export const eighths = (smallest: number, greatest: number) =>
  fc.integer({ min: smallest * 8, max: greatest * 8 }).map((n) => n / 8);

/** At least so many rows, and up to 30 more. */
export const rowsOf = <Value>(value: fc.Arbitrary<Value>, minLength = 1) =>
  fc.array(value, { minLength, maxLength: minLength + 30 });

/** One number of each row. */
export const columnOf = <Row, Name extends keyof Row>(rows: readonly Row[], name: Name) => rows.map((row) => row[name]);
