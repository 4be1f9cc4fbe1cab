import { createBuilder, elementCount } from '@vardrop/core/program';

const shape = [4096, 2048];

/** What a run of `streamProgram` moves at least: two operands, and their product once out and once in. */
export const streamMegabytes = (4 * 4 * elementCount(shape)) / 1e6;

/** A loop over arrays that no cache holds. */
export function streamProgram() {
  const b = createBuilder('stream');
  const product = b.mul(b.input('a', shape, 'iteration'), b.input('b', shape, 'iteration'));
  b.output('sums', b.reduceSum(product, [1]));
  return /** @type {import('@vardrop/core/program').BoundProgram} */ (b.build());
}

/**
 * What a training step moves at least: its state in and out, and the parameters once more for the forward and for the backward pass.
 *
 * @param {import('@vardrop/core/program').BoundProgram} program
 */
export function leastMegabytes({ nodes }) {
  const bytes = nodes.map((node) => {
    if (node.op !== 'input' || node.role !== 'carried') return 0;
    // Names of the optimizer's tensors are `<slot>:<parameter>`.
    return 4 * elementCount(node.shape) * (node.name.includes(':') ? 2 : 4);
  });
  return bytes.reduce((sum, each) => sum + each, 0) / 1e6;
}
