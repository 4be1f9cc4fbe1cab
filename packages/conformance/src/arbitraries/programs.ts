import {
  type BoundProgram,
  type Builder,
  boundProgram,
  boundShape,
  createBuilder,
  elementCount,
  type Shape,
  type Value,
} from '@vardrop/core/program';
import fc from 'fast-check';
import type { ProgramData } from '../execute.js';
import { tensorValues, wholeValues } from './values.js';

/** A random program, and its input data. */
export interface ProgramCase {
  readonly program: BoundProgram;
  readonly data: ProgramData;
}

/** Which programs to make. */
export interface ProgramOptions {
  /** The most steps. Each adds one to five nodes. */
  readonly steps: number;
  /** Only operations that have a derivative. `gradients` is applied to the sum of the last value. */
  readonly differentiable?: boolean;
  /**
   * Only operations on whole numbers, and whole inputs, so that float32 is exact as long as numbers stay below 2²⁴.
   * Some intermediate values are outputs too, `step0`, `step1`, ….
   */
  readonly exact?: boolean;
}

/** Makes a value from two earlier ones of any shapes. `name` is unique to the step. */
type Maker = (b: Builder, x: Value, y: Value, name: string) => Value;

const last = (x: Value) => x.shape.length - 1;
/** Whether y, aligned to the last axes of x, broadcasts with it. */
const joins = (x: Shape, y: Shape) =>
  y.length <= x.length &&
  y.every((n, i) => {
    const other = x[x.length - y.length + i];
    return n === other || n === 1 || other === 1;
  });

/** y itself if it broadcasts with x, else its mean. */
function fit(b: Builder, x: Value, y: Value): Value {
  if (y.shape.length === 0 || joins(x.shape, y.shape)) return y;
  return mean(b, y);
}

function mean(b: Builder, y: Value): Value {
  return b.mean(
    y,
    y.shape.map((_, axis) => axis),
  );
}

/** x as a matrix. */
function matrix(b: Builder, x: Value): Value {
  if (x.shape.length === 2) return x;
  const columns = x.shape.length === 0 ? 1 : side(x, last(x));
  return b.reshape(x, [elementCount(x.shape) / columns, columns]);
}

/** x as an image of one channel. If x has four axes, the last axis holds the channels. */
function image(b: Builder, x: Value): Value {
  if (x.shape.length === 4) return x;
  return b.reshape(x, [1, ...matrix(b, x).shape, 1]);
}

const side = (x: Value, axis: number) => boundShape(x.shape)[axis];

/** Whether a value is small enough for an operation that enlarges it. */
const isSmall = (x: Value, times = 1) => elementCount(x.shape) * times <= 64;

/** x as a table of rows. */
const table = (b: Builder, x: Value) => (x.shape.length === 0 ? b.reshape(x, [1]) : x);

/** Row numbers, with repeated ones and with numbers that are not a row's number. */
const someRows = (b: Builder) => b.constant([1, 0, 1, 7, 0, 0.5], [2, 3]);

/** The highest rank that every backend supports. */
const mostAxes = 6;

/** Rows by number. The table itself if the result would have more axes than every backend supports. */
const gathered = (b: Builder, rows: Value, indices: Value) =>
  rows.shape.length + indices.shape.length - 1 <= mostAxes ? b.gather(rows, indices) : rows;

/**
 * x, y and x along the last axis if y fits. Otherwise x and −x along a new axis, or x itself if it already has the most
 * axes.
 */
function joined(b: Builder, x: Value, y: Value): Value {
  const axis = last(x);
  if (axis >= 0 && y.shape.length === x.shape.length && y.shape.every((n, i) => i === axis || n === x.shape[i])) {
    return b.concatenate([x, y, x], axis);
  }
  if (x.shape.length === mostAxes) return x;
  const row = b.reshape(x, [1, ...x.shape]);
  return b.concatenate([row, b.neg(row)], 0);
}

/** Movements. Their results are whole numbers if their operands are. */
const movements: readonly Maker[] = [
  (b, x) => (isSmall(x, 6) ? gathered(b, table(b, x), someRows(b)) : b.neg(x)),
  (b, x, y) => {
    const rows = table(b, x);
    // Whole numbers, some of which are not a row's number.
    const indices = b.round(b.mul(2, y));
    const fits = isSmall(y, elementCount(rows.shape) / side(rows, 0));
    return gathered(b, rows, fits ? indices : someRows(b));
  },
  (b, x) => {
    const dy = table(b, x);
    const indices = Array.from({ length: side(dy, 0) }, (_, i) => [2, 0, 2, 1, 9][i % 5]);
    return b.gatherGradient(b.constant(indices, [indices.length]), dy, [3, ...dy.shape.slice(1)]);
  },
  (b, x, y) => (isSmall(x, 3) ? joined(b, x, y) : x),
  (b, x) =>
    b.slice(
      x,
      x.shape.map((_, axis) => (axis % 2 === 0 ? { step: -1 } : { start: 0, step: 2 })),
    ),
  (b, x) =>
    b.slice(
      x,
      x.shape.map((n) => ((n as number) > 1 ? { start: 1 } : undefined)),
    ),
  (b, x) =>
    isSmall(x)
      ? b.pad(
          x,
          x.shape.map((_, axis) => (axis === 0 ? { before: 1, interior: 1 } : { after: 1 })),
          2,
        )
      : x,
  (b, x) => {
    // Two or three channels in as many groups, with a filter that reads distant pixels.
    const picture = isSmall(x, 3) ? b.concatenate([image(b, x), b.neg(image(b, x))], 3) : image(b, x);
    const channels = side(picture, 3);
    const filter = b.broadcast(b.constant([1, -1, 2, 0], [2, 2, 1, 1]), [2, 2, 1, channels]);
    return b.conv2d(picture, filter, { padding: [1, 1, 2, 1], dilations: [1, 2], groups: channels });
  },
];

/** Makers that have a derivative almost everywhere and keep values in a moderate range. */
const differentiable: readonly Maker[] = [
  (b, x, y) => b.add(x, fit(b, x, y)),
  (b, x, y) => b.sub(b.mul(x, 0.5), fit(b, x, y)),
  (b, x, y) => b.tanh(b.mul(x, fit(b, x, y))),
  (b, x, y) => {
    const divisor = fit(b, x, y);
    return b.div(x, b.add(1, b.square(divisor)));
  },
  (b, x, y) => b.max(x, fit(b, x, y)),
  (b, x, y) => b.min(b.neg(x), fit(b, x, y)),
  (b, x) => b.max(x, 0),
  (b, x, y) => b.selectGreater(fit(b, x, y), 0.1, x, b.mul(x, 0.1)),
  (b, x) => b.abs(x),
  (b, x) => b.sqrt(b.add(0.5, b.square(x))),
  (b, x) => b.log(b.add(1, b.square(x))),
  (b, x) => b.exp(b.neg(b.abs(x))),
  (b, x) => b.sigmoid(x),
  (b, x) => b.softplus(x),
  (b, x) => b.tanh(x),
  (b, x, y) => {
    const m = matrix(b, x);
    const other = matrix(b, y);
    return side(m, 1) === side(other, 0) ? b.matmul(m, other) : b.matmul(m, m, { transposeB: true });
  },
  (b, x, y) => {
    const m = matrix(b, x);
    const other = matrix(b, y);
    const fits = side(m, 0) === side(other, 0);
    return b.tanh(b.matmul(m, fits ? other : m, { transposeA: true }));
  },
  (b, x) => b.sub(x, x.shape.length === 0 ? 1 : b.reduceMax(x, [last(x)], true)),
  (b, x) => (x.shape.length === 0 ? x : b.reduceMax(x, [0])),
  (b, x) => (x.shape.length === 0 ? x : b.mean(x, [last(x)])),
  (b, x) => {
    if (x.shape.length === 0) return x;
    const e = b.exp(b.sub(x, b.reduceMax(x, [last(x)], true)));
    return b.div(e, b.reduceSum(e, [last(x)], true));
  },
  (b, x) => b.transpose(x),
  (b, x) => b.reshape(x, [elementCount(x.shape)]),
  (b, x) => (x.shape.length < 3 ? b.broadcast(x, [2, ...x.shape]) : b.mul(x, x)),
  (b, x, y) => {
    const picture = image(b, x);
    const filter = b.broadcast(mean(b, y), [1, 1, side(picture, 3), 2]);
    return b.tanh(b.conv2d(picture, filter, { strides: [1, 1] }));
  },
  (b, x) => {
    const picture = image(b, x);
    const filter = b.reshape(b.constant([0.5, -1, 0.25, 2], [2, 2]), [2, 2, 1, 1]);
    const plane = b.reduceSum(picture, [3], true);
    return b.conv2d(plane, filter, { padding: [1, 0, 0, 1], strides: [1, 2] });
  },
  (b, x) => b.maxPool2d(image(b, x), [2, 2], { padding: [1, 1, 0, 1], strides: [1, 2] }),
  (b, x) => b.averagePool2d(image(b, x), [2, 2], { padding: [0, 1, 1, 1], strides: [2, 1] }),
  (b, x) => b.mul(x, b.cos(b.mul(x, 2))),
  (b, x) => b.erf(x),
  (b, x) => b.add(x, b.floor(b.mul(x, 2))),
  (b, x) => b.sub(x, b.round(x)),
  ...movements,
  (b, x, y) => {
    // Each channel has two filters of its own, which depend on y.
    const picture = image(b, x);
    const channels = side(picture, 3);
    const filter = b.mul(mean(b, y), b.constant([0.5, -1, 0.25, 2, 1, -0.5, 0.75, -0.25], [2, 2, 1, 2]));
    const filters = b.reshape(b.broadcast(b.reshape(filter, [2, 2, 1, 1, 2]), [2, 2, 1, channels, 2]), [
      2,
      2,
      1,
      2 * channels,
    ]);
    return b.tanh(b.conv2d(picture, filters, { padding: [2, 0, 0, 1], dilations: [2, 1], groups: channels }));
  },
  (b, x) => b.special('lgamma', b.add(0.5, b.abs(x))),
  (b, x) => b.special('normalQuantile', b.add(0.25, b.mul(0.5, b.sigmoid(x)))),
  (b, x) => b.special('logNormalCdf', x),
  (b, x) => b.special('logUniformKl', x),
  (b, x) => b.special('dawson', x),
  (b, x, _, name) => b.add(x, b.mul(0.1, b.noise('normal', name, x.shape))),
  (b, x, _, name) => b.selectGreater(0.8, b.noise('uniform', name, x.shape), b.mul(x, 1.25), 0),
];

/** Makers whose results may be anything, including infinities and NaN. */
const wild: readonly Maker[] = [
  (b, x) => b.exp(x),
  (b, x) => b.log(x),
  (b, x) => b.sqrt(x),
  (b, x, y) => b.div(fit(b, x, y), x),
  (b, x) => b.square(x),
  (b, x, y) => b.mul(x, fit(b, x, y)),
  (b, x) => b.reduceSum(b.square(x)),
  (b, x) => b.cos(x),
  // Most numbers are not a row's number.
  (b, x, y) => {
    const rows = table(b, x);
    return isSmall(y, elementCount(rows.shape) / side(rows, 0)) ? gathered(b, rows, y) : x;
  },
];

/** Makers whose results are whole numbers if their operands are. */
const exactMakers: readonly Maker[] = [
  (b, x, y) => b.add(x, fitFirst(b, x, y)),
  (b, x, y) => b.sub(fitFirst(b, x, y), x),
  (b, x, y) => b.mul(x, fitFirst(b, x, y)),
  (b, x) => b.mul(x, -2),
  (b, x, y) => b.max(x, fitFirst(b, x, y)),
  (b, x, y) => b.min(b.neg(x), fitFirst(b, x, y)),
  (b, x) => b.max(x, 0),
  (b, x) => b.abs(b.sub(x, 1)),
  (b, x, y) => b.selectGreater(fitFirst(b, x, y), 0, x, b.neg(x)),
  (b, x) => (x.shape.length === 0 ? x : b.reduceSum(x, [last(x)])),
  (b, x) => (x.shape.length === 0 ? x : b.reduceSum(x, [0], true)),
  (b, x) => (x.shape.length === 0 ? x : b.sub(x, b.reduceMax(x, [last(x)], true))),
  (b, x) => b.reduceSum(x),
  (b, x, y) => {
    const m = matrix(b, x);
    const other = matrix(b, y);
    return side(m, 1) === side(other, 0) ? b.matmul(m, other) : b.matmul(m, m, { transposeB: true });
  },
  (b, x, y) => {
    const m = matrix(b, x);
    const other = matrix(b, y);
    return b.matmul(m, side(m, 0) === side(other, 0) ? other : m, { transposeA: true });
  },
  (b, x) => {
    const filter = b.reshape(b.constant([1, -1, 2, 0], [2, 2]), [2, 2, 1, 1]);
    return b.conv2d(b.reduceSum(image(b, x), [3], true), filter, { padding: [1, 0, 0, 1], strides: [1, 2] });
  },
  (b, x) => b.maxPool2d(image(b, x), [2, 2], { padding: [1, 1, 0, 1], strides: [1, 2] }),
  (b, x) => b.floor(b.mul(x, 0.5)),
  (b, x) => b.round(b.mul(x, 0.5)),
  ...movements,
  (b, x) => b.transpose(x),
  (b, x) => b.reshape(x, [elementCount(x.shape)]),
  (b, x) => {
    if (elementCount(x.shape) === 1) return b.reshape(x, []);
    return b.reshape(x, x.shape.length < mostAxes ? [1, ...x.shape] : [elementCount(x.shape)]);
  },
  (b, x) => (x.shape.length < 3 ? b.broadcast(x, [2, ...x.shape]) : b.neg(x)),
];

/** y itself if it broadcasts with x, else its maximum, which is a whole number if y's elements are. */
function fitFirst(b: Builder, x: Value, y: Value): Value {
  if (y.shape.length === 0 || joins(x.shape, y.shape)) return y;
  return b.reduceMax(y);
}

const inputShapes: readonly (readonly number[])[] = [
  [],
  [3],
  [1],
  [2, 3],
  [3, 2],
  [3, 3],
  [1, 3],
  [4, 1],
  [1, 3, 4, 2],
  [2, 2, 3],
];

/** Random programs with one output `result` over one to three inputs, and values for the inputs. Not simplified. */
export function programCases(options: ProgramOptions): fc.Arbitrary<ProgramCase> {
  const { steps, differentiable: smooth = false, exact = false } = options;
  const makers = exact ? exactMakers : smooth ? differentiable : [...differentiable, ...differentiable, ...wild];
  return fc
    .record({
      inputs: fc.array(fc.constantFrom(...inputShapes), { minLength: 1, maxLength: 3 }),
      steps: fc.array(fc.tuple(fc.nat(makers.length - 1), fc.nat(5), fc.nat(5)), { minLength: 1, maxLength: steps }),
      words: fc.tuple(fc.integer({ min: 0, max: 2 ** 31 }), fc.nat(1000)),
    })
    .chain((recipe) => {
      const b = createBuilder('random');
      const values = recipe.inputs.map((shape, i) => b.input(`input${i}`, shape, i === 0 ? 'iteration' : 'shared'));
      // Operands are counted back from the newest value, so that programs are deep and shrink well.
      const recent = (back: number) => values[Math.max(values.length - 1 - back, 0)];
      const keys: string[] = [];
      recipe.steps.forEach(([maker, first, second], i) => {
        values.push(makers[maker](b, recent(first), recent(second), `key${i}`));
        keys.push(`key${i}`);
      });
      if (exact) {
        values.slice(recipe.inputs.length, -1).forEach((value, i) => {
          if (i % 3 === recipe.words[1] % 3) b.output(`step${i}`, value);
        });
      }
      b.output('result', recent(0));
      const program = boundProgram(b.build());
      const used = new Set(program.nodes.flatMap((node) => (node.op === 'noise' ? [node.key] : [])));
      return fc
        .tuple(
          ...recipe.inputs.map((shape) =>
            exact ? wholeValues(elementCount(shape)) : tensorValues(elementCount(shape), { extremes: false }),
          ),
        )
        .map((tensors) => ({
          program,
          data: {
            inputs: Object.fromEntries(tensors.map((tensor, i) => [`input${i}`, tensor])),
            keys: Object.fromEntries(
              keys
                .filter((key) => used.has(key))
                .map((key, i) => [key, { words: [recipe.words[0], recipe.words[1] + i] as const }]),
            ),
          },
        }));
    });
}
