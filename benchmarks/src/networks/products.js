import { createBuilder, elementCount } from '@vardrop/core/program';
import { createRandom } from '@vardrop/experiments';
import { startClock } from './clock.js';

/** @typedef {import('@vardrop/core/program').BoundProgram} BoundProgram */

/** @param {string} op */
const isProduct = (op) => op === 'matmul' || op.startsWith('conv2d');

/**
 * The products and convolutions of a step and nothing else. What several of them read in the step is one input here too. One number of
 * each result is the output. Without `multiply` it is one of each operand: what the copies of operands take.
 *
 * @param {BoundProgram} step @param {boolean} multiply
 */
export function productsProgram(step, multiply) {
  const b = createBuilder(multiply ? 'products' : 'operands');
  /** @type {Map<number, import('@vardrop/core/program').Value>} */
  const inputs = new Map();
  const operand = (/** @type {number} */ id) => {
    const known = inputs.get(id) ?? b.input(`value ${id}`, step.nodes[id].shape, 'iteration');
    inputs.set(id, known);
    return known;
  };
  /** One number. @param {import('@vardrop/core/program').Value} x */
  const first = (x) =>
    b.reshape(
      b.slice(
        x,
        x.shape.map(() => ({ start: 0, end: 1 })),
      ),
      [1],
    );
  const numbers = step.nodes.flatMap((node) => {
    if (!isProduct(node.op)) return [];
    const operands = node.operands.map(operand);
    return multiply ? [first(b.copy(node, operands))] : operands.map(first);
  });
  b.output('numbers', b.concatenate(numbers, 0));
  return /** @type {BoundProgram} */ (b.build());
}

/** 10⁹ multiplications and additions in the products of a step. @param {BoundProgram} step */
export function gigaflopOf({ nodes }) {
  return nodes.reduce((total, node) => {
    if (!isProduct(node.op)) return total;
    const [first, second] = node.operands.map((id) => nodes[id].shape);
    const results = elementCount(node.shape);
    switch (node.op) {
      case 'matmul':
        return total + 2e-9 * results * first[first.length - (node.transposeA ? 2 : 1)];
      case 'conv2d':
        return total + 2e-9 * results * elementCount(second.slice(0, 3));
      case 'conv2dInputGradient':
        return total + 2e-9 * elementCount(second) * elementCount(first.slice(0, 3));
      default:
        return total + 2e-9 * elementCount(second) * elementCount(node.shape.slice(0, 3));
    }
  }, 0);
}

/**
 * A function that times a run of a program on random numbers that lie on the backend.
 *
 * @param {import('@vardrop/core').Backend<any>} backend @param {BoundProgram} program
 */
export async function createRun(backend, program) {
  const executable = await backend.compile(program);
  const random = createRandom(3);
  const inputs = Object.fromEntries(
    program.nodes.flatMap(({ shape, ...node }) => {
      if (node.op !== 'input') return [];
      const values = Float32Array.from({ length: elementCount(shape) }, () => random() - 0.5);
      return [[node.name, backend.upload(values, shape)]];
    }),
  );
  const [output] = Object.keys(program.outputs);
  return async () => {
    const stop = startClock();
    const result = executable.run({}, [{ inputs }]).outputs[0][output];
    await backend.read(result);
    const time = stop();
    backend.dispose(result);
    return time;
  };
}
