import { VardropError } from '../errors.js';
import type { NodeOf, ProgramNode, Shape } from '../program/program.js';
import { boundShape, elementCount } from '../program/shapes.js';
import { matmul } from './contraction.js';
import { conv2d, conv2dFilterGradient, conv2dInputGradient } from './convolution.js';
import { binary, mapElements, selectGreater, unaryFunctions } from './elementwise.js';
import type { FixedShape } from './layout.js';
import { addRows, broadcast, concatenate, gatherRows, pad, slice, transpose } from './movement.js';
import { averagePool2d, averagePool2dGradient, maxPool2d, maxPool2dGradient } from './pooling.js';
import { reduceMax, reduceSum } from './reduction.js';
import { exactFunctions, hostNoiseSource, type Sources } from './sources.js';

/**
 * Value of one node in float64, row-major, from the values and shapes of its operands. Results of other backends are
 * compared with it. Constants are not rounded. Operands are only read. The result may be one of them (`reshape`,
 * `withDerivative`), so do not write to it.
 *
 * Throws `VARDROP_SHAPE` for a symbolic axis, `VARDROP_INPUT` for a noise node whose key is missing, and
 * `VARDROP_PROGRAM` for inputs, since they have no operation to evaluate.
 */
export function evaluateNode(
  node: ProgramNode,
  operands: readonly Float64Array[],
  operandShapes: readonly Shape[],
  sources: Sources = {},
): Float64Array {
  const shape = boundShape(node.shape);
  const shapes = operandShapes.map(boundShape);
  switch (node.op) {
    case 'input':
      throw new VardropError(
        'VARDROP_PROGRAM',
        `[reference] input "${node.name}": got no value, needs one. Feed it; only its users can be evaluated.`,
      );
    case 'constant':
      return typeof node.value === 'number'
        ? new Float64Array(elementCount(shape)).fill(node.value)
        : Float64Array.from(node.value);
    case 'neg':
    case 'abs':
    case 'sqrt':
    case 'exp':
    case 'log':
    case 'sigmoid':
    case 'softplus':
    case 'tanh':
    case 'floor':
    case 'round':
    case 'cos':
    case 'erf':
      return mapElements(operands[0], unaryFunctions[node.op]);
    case 'add':
    case 'sub':
    case 'mul':
    case 'div':
    case 'max':
    case 'min':
      return binary(node.op, operands, shapes, shape);
    case 'selectGreater':
      return selectGreater(operands, shapes, shape);
    case 'reduceSum':
      return reduceSum(operands[0], shapes[0], node.axes, shape);
    case 'reduceMax':
      return reduceMax(operands[0], shapes[0], node.axes, shape);
    case 'matmul':
      return matmul(operands, shapes, node.transposeA, node.transposeB, shape);
    case 'conv2d':
      return conv2d(operands, shapes, node, shape);
    case 'conv2dInputGradient':
      return conv2dInputGradient(operands, shapes, node, shape);
    case 'conv2dFilterGradient':
      return conv2dFilterGradient(operands, shapes, node, shape);
    case 'maxPool2d':
      return maxPool2d(operands[0], shapes[0], node, shape);
    case 'maxPool2dGradient':
      return maxPool2dGradient(operands, shapes, node);
    case 'averagePool2d':
      return averagePool2d(operands[0], shapes[0], node, shape);
    case 'averagePool2dGradient':
      return averagePool2dGradient(operands[0], shapes[0], node, shape);
    case 'reshape':
    case 'withDerivative':
      return operands[0];
    case 'transpose':
      return transpose(operands[0], shapes[0], node.permutation);
    case 'broadcast':
      return broadcast(operands[0], shapes[0], shape);
    case 'gather':
      return gatherRows(operands, shapes[0]);
    case 'gatherGradient':
      return addRows(operands, shape);
    case 'concatenate':
      return concatenate(operands, shapes, node.axis, shape);
    case 'slice':
      return slice(operands[0], shapes[0], node.starts, node.steps, shape);
    case 'pad':
      return pad(operands[0], shapes[0], node, shape);
    case 'noise':
      return noise(node, shape, sources);
    case 'special':
      return mapElements(operands[0], (sources.functions ?? exactFunctions)[node.function]);
    default: {
      const unknown: never = node;
      throw new VardropError('VARDROP_PROGRAM', `[reference] got the unknown operation ${JSON.stringify(unknown)}.`);
    }
  }
}

function noise(
  node: NodeOf<'noise'>,
  shape: FixedShape,
  { keys, noise: fill = hostNoiseSource }: Sources,
): Float64Array {
  const key = keys?.[node.key];
  if (!key) {
    throw new VardropError(
      'VARDROP_INPUT',
      `[reference] key "${node.key}": got none, needs two uint32 words. Pass it among the keys.`,
    );
  }
  // The first axis counts data rows, so a row offset skips whole rows of the stream.
  const skipped = shape.length > 0 ? (key.row ?? 0) * elementCount(shape.slice(1)) : 0;
  const values = new Float32Array(elementCount(shape));
  fill(node.distribution, key.words, values, skipped);
  return Float64Array.from(values);
}
