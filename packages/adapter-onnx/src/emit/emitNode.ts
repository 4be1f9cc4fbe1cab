import { VardropError } from '@vardrop/core';
import type { ProgramNode } from '@vardrop/core/program';
import type { ValueName } from '../model/graph.js';
import { matmul } from './contraction.js';
import { conv2d, conv2dFilterGradient, conv2dInputGradient } from './convolutions.js';
import { binary, selectGreater, unary } from './elementwise.js';
import type { Emission } from './emission.js';
import { broadcast, concatenate, constant, pad, reduce, reshape, slice, transpose } from './movement.js';
import { gather, gatherGradient } from './rows.js';
import { averagePool2d, averagePool2dGradient, maxPool2d, maxPool2dGradient } from './windows.js';

/** Writes one node of a program in ONNX operators. Throws `VARDROP_PROGRAM` for nodes that core takes out. */
export function emitNode(node: ProgramNode, emission: Emission): ValueName {
  switch (node.op) {
    case 'neg':
    case 'abs':
    case 'sqrt':
    case 'exp':
    case 'log':
    case 'sigmoid':
    case 'tanh':
    case 'floor':
    case 'round':
    case 'cos':
    case 'erf':
      return unary(node.op, emission);
    case 'add':
    case 'sub':
    case 'mul':
    case 'div':
    case 'max':
    case 'min':
      return binary(node.op, emission);
    case 'selectGreater':
      return selectGreater(emission);
    case 'reduceSum':
    case 'reduceMax':
      return reduce(node, emission);
    case 'matmul':
      return matmul(node, emission);
    case 'conv2d':
      return conv2d(node, emission);
    case 'conv2dInputGradient':
      return conv2dInputGradient(node, emission);
    case 'conv2dFilterGradient':
      return conv2dFilterGradient(node, emission);
    case 'maxPool2d':
      return maxPool2d(node, emission);
    case 'averagePool2d':
      return averagePool2d(node, emission);
    case 'maxPool2dGradient':
      return maxPool2dGradient(node, emission);
    case 'averagePool2dGradient':
      return averagePool2dGradient(node, emission);
    case 'reshape':
      return reshape(emission.graph, emission.operands[0], emission.shapes.out, emission.name);
    case 'transpose':
      return transpose(node, emission);
    case 'broadcast':
      return broadcast(emission);
    case 'constant':
      return constant(node, emission);
    case 'gather':
      return gather(emission);
    case 'gatherGradient':
      return gatherGradient(emission);
    case 'concatenate':
      return concatenate(node, emission);
    case 'slice':
      return slice(node, emission);
    case 'pad':
      return pad(node, emission);
    case 'noise':
    case 'input':
    case 'softplus':
    case 'special':
    case 'withDerivative':
      return refuse(node);
    default: {
      const unknown: never = node;
      throw new VardropError('VARDROP_PROGRAM', `[onnx] emit: got the unknown node ${JSON.stringify(unknown)}.`);
    }
  }
}

function refuse(node: ProgramNode): never {
  throw new VardropError(
    'VARDROP_PROGRAM',
    `[onnx] emit: got a node ${node.op}${node.label ? ` (${node.label})` : ''}, needs a program that core prepared for this backend. Compile it through core.`,
  );
}
