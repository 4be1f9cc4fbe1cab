import type { NoiseKey } from '@vardrop/core/backend';
import {
  broadcastShapes,
  elementCount,
  type NodeId,
  type Program,
  type ProgramNode,
  type Shape,
} from '@vardrop/core/program';
import { evaluateAll, evaluateNode } from '@vardrop/core/reference';

/**
 * A derivative from finite differences, with its own error; undefined next to a kink, where the derivative does not
 * exist.
 */
export interface Difference {
  readonly value: number;
  readonly error: number;
}

/** Values of inputs in float64, and keys. */
export interface Point {
  readonly inputs: Readonly<Record<string, Float64Array>>;
  readonly keys?: Readonly<Record<string, NoiseKey>>;
}

/** Step relative to the size of an input (absolute below 1). Its fourth power is far below float64's precision. */
const relativeStep = 2 ** -11;

/**
 * Prepares finite differences of the scalar output `loss` of a bound program, evaluated in float64.
 * `at(input, element)` is the derivative with respect to one element. It uses central differences at steps h and 2h
 * with Richardson extrapolation, so that the remaining error is of order h⁴. The stated error is the change from
 * halving h, plus the rounding errors of the evaluations.
 */
export function differencesOf(program: Program, point: Point) {
  const base = observe(program, point);

  function at(input: string, element: number): Difference | undefined {
    const step = relativeStep * Math.max(1, Math.abs(point.inputs[input][element]));
    let noise = 0;
    const loss = (offset: number): number | undefined => {
      const moved = Float64Array.from(point.inputs[input]);
      moved[element] += offset;
      const observed = observe(program, { ...point, inputs: { ...point.inputs, [input]: moved } });
      noise = Math.max(noise, observed.noise);
      return sameKinks(base.kinks, observed.kinks) ? observed.loss : undefined;
    };
    const slopes: number[] = [];
    for (const h of [2 * step, step, step / 2]) {
      const [above, below] = [loss(h), loss(-h)];
      if (above === undefined || below === undefined) return undefined;
      slopes.push((above - below) / (2 * h));
    }
    const coarse = (4 * slopes[1] - slopes[0]) / 3;
    const value = (4 * slopes[2] - slopes[1]) / 3;
    return { value, error: Math.abs(value - coarse) + (4 * noise) / step };
  }

  return { loss: base.loss, at };
}

function sameKinks(a: readonly Float64Array[], b: readonly Float64Array[]): boolean {
  return a.every((signs, i) => signs.every((sign, j) => sign === b[i][j]));
}

function observe(program: Program, point: Point) {
  const values = evaluateAll(program, point);
  const kinks: Float64Array[] = [];
  let noise = 0;
  program.nodes.forEach((node, id) => {
    const side = sides(program, node, values);
    if (side) kinks.push(side);
    for (const value of values[id]) if (Number.isFinite(value)) noise = Math.max(noise, Math.abs(value));
  });
  return { loss: values[program.outputs.loss][0], kinks, noise: noise * program.nodes.length * 2 ** -53 };
}

/** On which side of its kinks each element of a node lies; undefined for smooth operations. */
function sides(program: Program, node: ProgramNode, values: readonly Float64Array[]): Float64Array | undefined {
  const [a, b] = node.operands;
  switch (node.op) {
    case 'abs':
    case 'sqrt':
      return values[a].map(Math.sign);
    case 'floor':
    case 'round':
      // The value of these functions is constant between steps and differs on the two sides of a step.
      return evaluateNode(node, [values[a]], [program.nodes[a].shape]);
    case 'gather':
      return rowsOf(values[b], program.nodes[a].shape);
    case 'gatherGradient':
      return rowsOf(values[a], node.shape);
    case 'max':
    case 'min':
    case 'selectGreater':
      return order(values[a], program.nodes[a].shape, values[b], program.nodes[b].shape);
    case 'reduceMax': {
      const shape = program.nodes[a].shape.map((n, axis) => (node.axes.includes(axis) ? 1 : n));
      const largest = evaluateNode({ ...node, keepAxes: true, shape }, [values[a]], [program.nodes[a].shape]);
      return order(values[a], program.nodes[a].shape, largest, shape);
    }
    case 'maxPool2d': {
      // The gradient of a window goes to its maximum, so that this result shows where each maximum is.
      const { shape } = program.nodes[a];
      const numbers = Float64Array.from({ length: elementCount(node.shape) }, (_, i) => 3 ** (i % 30));
      const gradient: ProgramNode = { ...node, op: 'maxPool2dGradient', operands: [a, a], shape };
      return evaluateNode(gradient, [values[a], numbers], [shape, node.shape]);
    }
    default:
      return undefined;
  }
}

/**
 * The row of each number, or −1 if it is not a row's number. This changes at every row's number: the numbers next to it
 * are not row numbers.
 */
function rowsOf(indices: Float64Array, [rows]: Shape): Float64Array {
  return indices.map((index) => (Number.isInteger(index) && index >= 0 && index < (rows as number) ? index : -1));
}

function order(x: Float64Array, shapeX: Shape, y: Float64Array, shapeY: Shape): Float64Array {
  const node: ProgramNode = { op: 'sub', operands: [0 as NodeId, 1], shape: broadcastShapes(shapeX, shapeY) };
  return evaluateNode(node, [x, y], [shapeX, shapeY]).map(Math.sign);
}
