import { expect } from 'vitest';
import { type Builder, createBuilder, type Value } from '../../src/program/builder.js';
import { gradients } from '../../src/program/differentiate.js';
import type { Shape } from '../../src/program/program.js';
import { simplify } from '../../src/program/simplify.js';
import { evaluate } from '../../src/reference/index.js';
import { count, createRandom, distance } from '../reference/helpers.js';

export type Build = (b: Builder, values: readonly Value[]) => Value;

export interface GradientCase {
  readonly shapes: readonly Shape[];
  readonly build: Build;
  /** Values of the operands, of their shapes; otherwise random ones in ±[0.25, 1.25). */
  readonly values?: readonly (readonly number[])[];
  /** Takes the random values into the range that the operation needs. */
  readonly within?: (x: number) => number;
}

/** Random numbers away from 0, so that no difference steps over a kink there. */
function startValues({ shapes, values, within = (x) => x }: GradientCase): Float64Array[] {
  const random = createRandom(5);
  return shapes.map((shape, i) => {
    const given = values?.[i];
    if (given) return Float64Array.from(given);
    return Float64Array.from({ length: count(shape) }, () => within((random() < 0.5 ? -1 : 1) * (0.25 + random())));
  });
}

/** Uneven weights, so that a gradient is not the same for all elements of a result. */
function weigh(b: Builder, value: Value): Value {
  const random = createRandom(17);
  const weights = Array.from({ length: count(value.shape) }, () => 0.5 + random());
  return b.reduceSum(b.mul(value, b.constant(weights, value.shape)));
}

function programs(shapes: readonly Shape[], build: Build) {
  const make = (withGradients: boolean) => {
    const b = createBuilder('gradient');
    const operands = shapes.map((shape, i) => b.input(`operand${i}`, shape));
    const loss = weigh(b, build(b, operands));
    b.output('loss', loss);
    if (withGradients) {
      gradients(b, loss, operands).forEach((gradient, i) => {
        expect(gradient.shape).toEqual(shapes[i]);
        b.output(`gradient${i}`, gradient);
      });
    }
    return b.build();
  };
  const run = (program: ReturnType<typeof make>, values: readonly Float64Array[]) => {
    const names = new Set(program.nodes.flatMap((node) => (node.op === 'input' ? [node.name] : [])));
    const inputs = Object.fromEntries(values.map((value, i) => [`operand${i}`, value]));
    return evaluate(program, {
      inputs: Object.fromEntries(Object.entries(inputs).filter(([name]) => names.has(name))),
    });
  };
  return { plain: make(false), full: make(true), run };
}

/**
 * Checks the gradients of a weighted sum of `build`'s result in each operand against central differences of step
 * 10⁻³ with one Richardson step. Their error is h⁴/480 · f⁽⁵⁾ ≈ 2·10⁻¹⁵ f⁽⁵⁾ and that of rounding 10⁻¹⁶/h ≈ 10⁻¹³ |f|:
 * with values, fifth derivatives and sums of order 1 to 1000 within 10⁻⁹ of the largest gradient.
 */
export function expectGradients(test: GradientCase): void {
  const { plain, full, run } = programs(test.shapes, test.build);
  const values = startValues(test);
  const analytic = run(full, values);
  expect(run(simplify(full), values).loss[0]).toBeCloseTo(analytic.loss[0], 9);
  const loss = (operand: number, element: number, shift: number) => {
    const moved = values.map((value) => value.slice());
    moved[operand][element] += shift;
    return run(plain, moved).loss[0];
  };
  const h = 1e-3;
  values.forEach((value, operand) => {
    const differences = Float64Array.from(value, (_, element) => {
      const central = (step: number) => (loss(operand, element, step) - loss(operand, element, -step)) / (2 * step);
      return (4 * central(h / 2) - central(h)) / 3;
    });
    const gradient = analytic[`gradient${operand}`];
    const largest = differences.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
    expect(largest, `operand ${operand} has a gradient`).toBeGreaterThan(0);
    expect(distance(gradient, differences) / Math.max(largest, 1), `operand ${operand}`).toBeLessThan(1e-9);
  });
}

/** The same for the gradient of a weighted sum of the gradients themselves. */
export function expectSecondGradients(test: GradientCase): void {
  const build: Build = (b, operands) => {
    const first = gradients(b, weigh(b, test.build(b, operands)), operands);
    return first.map((gradient) => weigh(b, b.add(gradient, b.square(gradient)))).reduce((a, c) => b.add(a, c));
  };
  expectGradients({ ...test, build });
}
