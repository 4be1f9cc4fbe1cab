import { VardropError } from '@vardrop/core';
import {
  checkValues,
  createBackendLifetime,
  createExecutableOf,
  createHandleTable,
  programInterface,
} from '@vardrop/core/backend';

/** What this backend can do. Float64 functions rounded once are half a unit in the last place off at most. */
const supports = {
  noise: 'host',
  precision: 'float32',
  // Core puts chains of other operations in the place of functions that are not listed.
  functions: ['sigmoid', 'softplus', 'tanh', 'cos'],
  nonFinite: true,
  subnormals: true,
  // Core's chain for erf is as exact as this on exponentials and quotients that are rounded once.
  ulps: { exp: 0.5, log: 0.5, sigmoid: 0.5, softplus: 0.5, tanh: 0.5, cos: 0.5, erf: 1.75, sqrt: 0.5, div: 0.5 },
};

/**
 * A backend of plain loops over typed arrays.
 *
 * @returns {import('@vardrop/core').Backend<{ values: Float32Array, shape: readonly number[] }>}
 */
export function createNAMEBackend() {
  const lifetime = createBackendLifetime('NAME');
  /** Values behind the handles that are live. Arrays are never written to once they are here, so they can be shared. */
  const handles = createHandleTable({ name: 'NAME' });

  function upload(data, shape) {
    lifetime.check('upload');
    checkValues('NAME', 'upload', data, shape);
    return handles.add(data.slice(), shape);
  }

  return {
    name: 'NAME:cpu',
    contractVersion: 2,
    supports,
    upload,
    read: async (tensor) => handles.get(tensor, 'read').slice(),
    dispose: (tensor) => handles.dispose(tensor),
    liveTensors: () => handles.count(),
    native: async (tensor) => ({ values: handles.get(tensor, 'native'), shape: tensor.shape }),
    wrap: ({ values, shape }) => upload(values, shape),
    async close() {
      lifetime.close();
      handles.disposeAll();
    },
    async compile(program) {
      lifetime.check('compile');
      // Inputs are checked, and handles looked up and given out, by what core has for all backends.
      return createExecutableOf({ lifetime, handles, program, execute: prepare(program) });
    },
  };
}

/** The function that computes a run. All decisions are taken here; a run only calls what was prepared. */
function prepare(program) {
  const { nodes, outputs } = program;
  const kernels = nodes.map((node) =>
    kernelOf(
      node,
      node.operands.map((id) => nodes[id].shape),
    ),
  );
  const { runInputs, iterationInputs, carriedInputs, freshOutputs } = programInterface(program);
  return (given, iterations) => {
    const values = [];
    for (const { name, id } of runInputs) values[id] = given.get(name);
    const results = iterations.map(({ inputs }) => {
      for (const { name, id } of iterationInputs) values[id] = inputs.get(name);
      nodes.forEach((node, id) => {
        if (node.op !== 'input') values[id] = kernels[id](...node.operands.map((operand) => values[operand]));
      });
      const fresh = new Map(freshOutputs.map((name) => [name, values[outputs[name]]]));
      // All next values are taken before any is put in place: one may be another's old one.
      const next = carriedInputs.map(({ name }) => values[outputs[name]]);
      carriedInputs.forEach(({ id }, i) => {
        values[id] = next[i];
      });
      return fresh;
    });
    return { carried: new Map(carriedInputs.map(({ name, id }) => [name, values[id]])), outputs: results };
  };
}

const count = (shape) => shape.reduce((product, n) => product * n, 1);

const sigmoid = (x) => (x >= 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x)));

/** The nearest whole number, of two the even one. */
function roundHalfToEven(x) {
  const nearest = Math.round(x);
  return nearest - x === 0.5 && nearest % 2 !== 0 ? nearest - 1 : nearest;
}

/** Elementwise functions; JavaScript computes them in float64, and a Float32Array rounds what is put into it. */
const elementwise = {
  neg: (x) => -x,
  abs: Math.abs,
  sqrt: Math.sqrt,
  exp: Math.exp,
  log: Math.log,
  sigmoid,
  softplus: (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))),
  tanh: Math.tanh,
  floor: Math.floor,
  round: roundHalfToEven,
  cos: Math.cos,
  add: (x, y) => x + y,
  sub: (x, y) => x - y,
  mul: (x, y) => x * y,
  div: (x, y) => x / y,
  max: Math.max,
  min: Math.min,
  selectGreater: (a, b, x, y) => (a > b ? x : y),
  broadcast: (x) => x,
};

/** The function that computes one node from its operands' values. A new one for each node, with its shapes fixed. */
function kernelOf(node, shapes) {
  const { shape } = node;
  const size = count(shape);
  if (Object.hasOwn(elementwise, node.op)) {
    const compute = elementwise[node.op];
    const offsets = shapes.map((each) => offsetsOf(shape, broadcastStrides(each, shape)));
    const [first, second] = offsets;
    return (x, y, ...others) => {
      const result = new Float32Array(size);
      if (offsets.length === 1) for (let i = 0; i < size; i++) result[i] = compute(x[first[i]]);
      else if (offsets.length === 2) for (let i = 0; i < size; i++) result[i] = compute(x[first[i]], y[second[i]]);
      else {
        for (let i = 0; i < size; i++) {
          result[i] = compute(x[first[i]], y[second[i]], others[0][offsets[2][i]], others[1][offsets[3][i]]);
        }
      }
      return result;
    };
  }
  switch (node.op) {
    case 'input':
      return undefined;
    case 'constant': {
      const values =
        typeof node.value === 'number' ? new Float32Array(size).fill(node.value) : Float32Array.from(node.value);
      return () => values;
    }
    case 'reshape':
      return (x) => x;
    case 'transpose': {
      const strides = stridesOf(shapes[0]);
      const offsets = offsetsOf(
        shape,
        node.permutation.map((axis) => strides[axis]),
      );
      return (x) => Float32Array.from(offsets, (offset) => x[offset]);
    }
    case 'gather':
    case 'gatherGradient':
      return rows(node, shapes);
    case 'concatenate': {
      const lengths = shapes.map((each) => count(each.slice(node.axis)));
      const pitch = count(shape.slice(node.axis));
      return (...parts) => {
        const result = new Float32Array(size);
        let start = 0;
        parts.forEach((part, i) => {
          for (let row = 0; row * pitch < size; row++) {
            result.set(part.subarray(row * lengths[i], (row + 1) * lengths[i]), start + row * pitch);
          }
          start += lengths[i];
        });
        return result;
      };
    }
    case 'slice': {
      const { starts, steps } = node;
      const offsets = steppedOffsets(shape, stridesOf(shapes[0]), starts, steps);
      return (x) => Float32Array.from(offsets, (offset) => x[offset]);
    }
    case 'pad': {
      const steps = node.interior.map((n) => n + 1);
      const targets = steppedOffsets(shapes[0], stridesOf(shape), node.before, steps);
      return (x) => {
        const result = new Float32Array(size).fill(node.value);
        targets.forEach((target, i) => {
          result[target] = x[i];
        });
        return result;
      };
    }
    case 'reduceSum':
    case 'reduceMax': {
      // Each element of the operand goes to the element of the result that has 0 where axes are reduced.
      const kept = shapes[0].map((n, axis) => (node.axes.includes(axis) ? 1 : n));
      const targets = offsetsOf(shapes[0], broadcastStrides(kept, shapes[0]));
      const sum = node.op === 'reduceSum';
      return (x) => {
        const result = new Float64Array(size).fill(sum ? 0 : Number.NEGATIVE_INFINITY);
        targets.forEach((target, i) => {
          result[target] = sum ? result[target] + x[i] : Math.max(result[target], x[i]);
        });
        return Float32Array.from(result);
      };
    }
    case 'matmul':
      return matmul(node, shapes);
    case 'conv2d':
    case 'conv2dInputGradient':
    case 'conv2dFilterGradient':
      return convolution(node, shapes);
    case 'maxPool2d':
    case 'averagePool2d':
    case 'maxPool2dGradient':
    case 'averagePool2dGradient':
      return pooling(node, shapes);
    default:
      throw new VardropError('VARDROP_PROGRAM', `[NAME] got the operation "${node.op}", which it does not know.`);
  }
}

/** Distance in memory between neighbours along each axis. */
const stridesOf = (shape) => shape.map((_, axis) => count(shape.slice(axis + 1)));

/** The same when read as `result`: 0 along axes that are repeated. */
function broadcastStrides(shape, result) {
  const missing = result.length - shape.length;
  const strides = stridesOf(shape);
  return result.map((_, axis) => (axis < missing || shape[axis - missing] === 1 ? 0 : strides[axis - missing]));
}

/** For each element of `shape`, row-major, where it lies in memory with these strides. */
function offsetsOf(shape, strides) {
  let offsets = Int32Array.of(0);
  shape.forEach((n, axis) => {
    const next = new Int32Array(offsets.length * n);
    offsets.forEach((offset, i) => {
      for (let k = 0; k < n; k++) next[i * n + k] = offset + k * strides[axis];
    });
    offsets = next;
  });
  return offsets;
}

/** For each element of `shape`, where it lies in memory with these strides that a part starts in and moves over in steps. */
function steppedOffsets(shape, strides, starts, steps) {
  const origin = starts.reduce((sum, start, axis) => sum + start * strides[axis], 0);
  const offsets = offsetsOf(
    shape,
    strides.map((stride, axis) => stride * steps[axis]),
  );
  return offsets.map((offset) => origin + offset);
}

/** Rows of a table by number, or what goes to them: numbers of no row read zeros, and are left out. */
function rows({ op, shape }, shapes) {
  const gradient = op === 'gatherGradient';
  const [length, ...rest] = gradient ? shape : shapes[0];
  const width = count(rest);
  const isRow = (index) => Number.isInteger(index) && index >= 0 && index < length;
  if (gradient) {
    return (indices, dy) => {
      const result = new Float64Array(count(shape));
      indices.forEach((index, i) => {
        if (isRow(index)) for (let j = 0; j < width; j++) result[index * width + j] += dy[i * width + j];
      });
      return Float32Array.from(result);
    };
  }
  return (table, indices) => {
    const result = new Float32Array(count(shape));
    indices.forEach((index, i) => {
      if (isRow(index)) result.set(table.subarray(index * width, (index + 1) * width), i * width);
    });
    return result;
  };
}

function matmul({ shape, transposeA, transposeB }, [a, b]) {
  const [m, n] = shape.slice(-2);
  const k = a.at(transposeA ? -2 : -1);
  const leading = shape.slice(0, -2);
  const starts = [a, b].map((operand) => {
    const strides = broadcastStrides(operand.slice(0, -2), leading);
    return offsetsOf(
      leading,
      strides.map((stride) => stride * count(operand.slice(-2))),
    );
  });
  const [rowA, innerA] = transposeA ? [1, m] : [k, 1];
  const [innerB, columnB] = transposeB ? [1, k] : [n, 1];
  return (x, y) => {
    const result = new Float32Array(count(shape));
    for (let matrix = 0; matrix < starts[0].length; matrix++) {
      for (let i = 0; i < m; i++) {
        for (let j = 0; j < n; j++) {
          let sum = 0;
          const [first, second] = [starts[0][matrix] + i * rowA, starts[1][matrix] + j * columnB];
          for (let l = 0; l < k; l++) sum += x[first + l * innerA] * y[second + l * innerB];
          result[(matrix * m + i) * n + j] = sum;
        }
      }
    }
    return result;
  };
}

/** Calls `visit(pixel of the image, pixel of the result, place in the window)` wherever a window lies on the image. */
function eachTap(image, size, output, { strides, padding, dilations = [1, 1] }, visit) {
  const [batch, height, width] = image;
  for (let b = 0; b < batch; b++) {
    for (let y = 0; y < output[1]; y++) {
      for (let x = 0; x < output[2]; x++) {
        for (let i = 0; i < size[0]; i++) {
          for (let j = 0; j < size[1]; j++) {
            const row = y * strides[0] + i * dilations[0] - padding[0];
            const column = x * strides[1] + j * dilations[1] - padding[2];
            if (row < 0 || row >= height || column < 0 || column >= width) continue;
            visit((b * height + row) * width + column, (b * output[1] + y) * output[2] + x, i * size[1] + j);
          }
        }
      }
    }
  }
}

/**
 * A convolution and its gradients: one product for each tap, output channel and input channel of its group, added up in one of
 * three.
 */
function convolution(node, shapes) {
  const [image, filter, output] = {
    conv2d: () => [shapes[0], shapes[1], node.shape],
    conv2dInputGradient: () => [node.shape, shapes[0], shapes[1]],
    conv2dFilterGradient: () => [shapes[0], node.shape, shapes[1]],
  }[node.op]();
  const [perGroup, filters] = filter.slice(2);
  const channels = image[3];
  return (first, second) => {
    const result = new Float64Array(count(node.shape));
    eachTap(image, filter, output, node, (pixel, place, tap) => {
      for (let f = 0; f < filters; f++) {
        const start = Math.floor((f * node.groups) / filters) * perGroup;
        for (let c = 0; c < perGroup; c++) {
          const [x, w, y] = [pixel * channels + start + c, (tap * perGroup + c) * filters + f, place * filters + f];
          if (node.op === 'conv2d') result[y] += first[x] * second[w];
          else if (node.op === 'conv2dInputGradient') result[x] += first[w] * second[y];
          else result[w] += first[x] * second[y];
        }
      }
    });
    return Float32Array.from(result);
  };
}

function pooling(node, shapes) {
  const gradient = node.op.endsWith('Gradient');
  const image = gradient ? node.shape : shapes[0];
  const output = gradient ? shapes.at(-1) : node.shape;
  const channels = image[3];
  const each = (visit) =>
    eachTap(image, node.size, output, node, (pixel, place) => {
      for (let c = 0; c < channels; c++) visit(pixel * channels + c, place * channels + c);
    });
  if (node.op.startsWith('average')) {
    // Padding is not counted.
    const counted = new Float64Array(count(output));
    each((_, place) => counted[place]++);
    return (values) => {
      const result = new Float64Array(count(node.shape));
      each((pixel, place) => {
        if (gradient) result[pixel] += values[place] / counted[place];
        else result[place] += values[pixel];
      });
      return Float32Array.from(result, (value, i) => (gradient ? value : value / counted[i]));
    };
  }
  return (values, dy) => {
    // The first maximum in row-major order, which is the order of the taps.
    const winners = new Int32Array(count(output)).fill(-1);
    each((pixel, place) => {
      if (winners[place] < 0 || values[pixel] > values[winners[place]]) winners[place] = pixel;
    });
    if (!gradient) return Float32Array.from(winners, (winner) => values[winner]);
    const result = new Float64Array(count(node.shape));
    winners.forEach((winner, place) => {
      result[winner] += dy[place];
    });
    return Float32Array.from(result);
  };
}
