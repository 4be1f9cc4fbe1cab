import type { NamedAttrMap } from '@tensorflow/tfjs';
import { VardropError } from '@vardrop/core';
import { type BoundNode, elementCount, type NodeShapes } from '@vardrop/core/program';
import { type Device, isGpu } from '../device/device.js';
import type { Lowering } from '../device/lowering.js';
import { broadcast, reshape, transpose } from '../device/shape.js';
import { gatherGradient } from '../gpu/gatherGradient.js';
import * as grouped from '../gpu/groupedConvolution.js';
import * as movement from '../gpu/movement.js';
import { reduceMax } from '../gpu/reduceMax.js';
import * as gpu from '../gpu/windows.js';
import { elementwise, isFunction, selectGreater } from './elementwise.js';
import { matmul } from './matmul.js';
import { onHost } from './onHost.js';
import {
  averagePool2dGradient,
  conv2d,
  conv2dFilterGradient,
  conv2dInputGradient,
  maxPool2dGradient,
  pool,
} from './windows.js';

/**
 * How `device` computes a node with tfjs's kernels. This is decided once, at compile. Inputs and constants are values
 * and not computations, so they never get here. Core has already removed noise, special functions and `withDerivative`.
 */
export function lower(device: Device, node: BoundNode, shapes: NodeShapes): Lowering {
  const printed = isGpu(device) ? lowerPrinted(device, node, shapes) : undefined;
  if (printed) return printed;
  if (isFunction(node)) return elementwise(device, node, shapes);
  switch (node.op) {
    case 'selectGreater':
      return selectGreater(device, shapes);
    case 'reduceSum':
    case 'reduceMax': {
      const { axes, keepAxes } = node;
      const kernel = node.op === 'reduceSum' ? 'Sum' : 'Max';
      if (axes.length === 0) return ([x]) => device.share(x);
      // `keepDims` of tfjs 4 changes the shape of a tensor in place on some backends. A reshape never does.
      return keepAxes
        ? ([x]) => device.scoped(() => reshape(device, device.call(kernel, { x }, reduction(kernel, axes)), shapes.out))
        : ([x]) => device.call(kernel, { x }, reduction(kernel, axes));
    }
    case 'matmul':
      return matmul(device, node, shapes);
    case 'conv2d':
      return node.groups > 1 ? onHost(device, node, shapes) : conv2d(device, node);
    case 'conv2dInputGradient':
      return node.groups > 1 ? onHost(device, node, shapes) : conv2dInputGradient(device, node, shapes);
    case 'conv2dFilterGradient':
      return node.groups > 1 ? onHost(device, node, shapes) : conv2dFilterGradient(device, node, shapes);
    case 'gather':
    case 'gatherGradient':
    case 'concatenate':
    case 'slice':
    case 'pad':
      return onHost(device, node, shapes);
    case 'maxPool2d':
      return pool(device, 'max', node, shapes);
    case 'averagePool2d':
      return pool(device, 'average', node, shapes);
    case 'maxPool2dGradient':
      return maxPool2dGradient(device, node, shapes);
    case 'averagePool2dGradient':
      return averagePool2dGradient(device, node, shapes);
    case 'reshape':
      return ([x]) => reshape(device, x, shapes.out);
    case 'transpose': {
      const { permutation } = node;
      if (elementCount(shapes.out) === 1) return ([x]) => reshape(device, x, shapes.out);
      // tfjs's webgl program for one axis does not compile.
      if (permutation.every((from, axis) => from === axis)) return ([x]) => device.share(x);
      return ([x]) => transpose(device, x, permutation);
    }
    case 'broadcast':
      return ([x]) => device.scoped(() => broadcast(device, x, shapes.out));
    case 'input':
    case 'constant':
    case 'noise':
    case 'special':
    case 'withDerivative':
      throw new VardropError(
        'VARDROP_PROGRAM',
        `[tfjs:${device.name}] compile: got a node ${node.op}${node.label ? ` (${node.label})` : ''}, needs a program that core prepared for this backend. Compile it through core.`,
      );
    default: {
      const unknown: never = node;
      throw new VardropError('VARDROP_PROGRAM', `[tfjs] compile: got the unknown node ${JSON.stringify(unknown)}.`);
    }
  }
}

/** Programs of this package for GPUs, where tfjs has no kernel or one with different results. */
function lowerPrinted(device: Device, node: BoundNode, shapes: NodeShapes): Lowering | undefined {
  switch (node.op) {
    case 'reduceMax': {
      const isLong = elementCount(shapes.operands[0]) / elementCount(shapes.out) > device.turns;
      const prints = isLong || (device.name === 'webgl' && node.axes.length > 0);
      return prints ? reduceMax(device, node.axes, shapes) : undefined;
    }
    case 'conv2d':
      return node.groups > 1 ? grouped.conv2d(device, node, shapes) : undefined;
    case 'conv2dInputGradient':
      return node.groups > 1 ? grouped.conv2dInputGradient(device, node, shapes) : undefined;
    case 'conv2dFilterGradient':
      return node.groups > 1 ? grouped.conv2dFilterGradient(device, node, shapes) : undefined;
    case 'concatenate':
      return (values) => device.call('Concat', values, { axis: node.axis });
    case 'slice':
      return movement.slice(device, node, shapes);
    case 'pad':
      return movement.pad(device, node, shapes);
    case 'gather':
      return movement.gather(device, shapes);
    case 'gatherGradient':
      return gatherGradient(device, shapes);
    case 'maxPool2d':
      return gpu.pool(device, 'max', node, shapes);
    case 'averagePool2d':
      return gpu.pool(device, 'average', node, shapes);
    case 'maxPool2dGradient':
      return gpu.maxPool2dGradient(device, node, shapes);
    case 'averagePool2dGradient':
      return gpu.averagePool2dGradient(device, node, shapes);
    default:
      return undefined;
  }
}

const reduction = (kernel: 'Sum' | 'Max', axes: readonly number[]): NamedAttrMap =>
  kernel === 'Sum' ? { axis: [...axes], keepDims: false } : { reductionIndices: [...axes], keepDims: false };
