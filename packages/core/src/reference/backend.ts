import { createBackendLifetime } from '../backend/backendLifetime.js';
import { checkValues } from '../backend/checkValues.js';
import { type Backend, contractVersion, type Supports } from '../backend/contract.js';
import { createExecutableOf } from '../backend/createExecutableOf.js';
import { createHandleTable } from '../backend/handleTable.js';
import { checkFunction } from '../checkFunction.js';
import { checkObject } from '../checkObject.js';
import { checkOptionNames } from '../checkOptionNames.js';
import { VardropError } from '../errors.js';
import { formatValue } from '../formatValue.js';
import { boundProgram } from '../program/boundProgram.js';
import { elementCount, formatShape } from '../program/shapes.js';
import type { FixedShape } from './layout.js';
import { createRunner } from './runner.js';
import type { NoiseSource, SpecialFunctions } from './sources.js';

/** A tensor of the reference: row-major float64 values. The array is shared and not copied, so do not write to it. */
export interface ReferenceTensor {
  readonly shape: FixedShape;
  readonly values: Float64Array;
}

/** Replacements for core's noise and special functions. */
export interface ReferenceOptions {
  /** Makes noise. */
  readonly noise?: NoiseSource;
  /** Float64 special functions. */
  readonly functions?: SpecialFunctions;
}

const supports: Supports = {
  noise: 'device',
  precision: 'float64',
  functions: [
    'dawson',
    'logUniformKl',
    'lgamma',
    'digamma',
    'trigamma',
    'normalQuantile',
    'logNormalCdf',
    'inverseMillsRatio',
    'sigmoid',
    'softplus',
    'tanh',
    'cos',
    'erf',
  ],
  nonFinite: true,
  subnormals: true,
  ulps: { exp: 0, log: 0, sigmoid: 0, softplus: 0, tanh: 0, cos: 0, erf: 0, sqrt: 0, div: 0 },
};

/**
 * The float64 interpreter as a backend: it computes what `evaluate` computes, at once and on the calling thread. Values
 * stay float64 from node to node. Carried tensors and other results also stay float64 from run to run; only `read`
 * rounds to float32. It also accepts `withDerivative` and returns its value.
 *
 * Methods throw `VARDROP_DISPOSED` for disposed tensors, disposed executables and a closed backend; `VARDROP_INPUT` for
 * handles of another backend and for inputs and keys that are missing, unknown or of the wrong shape; and
 * `VARDROP_SHAPE` for programs with a symbolic axis.
 */
export function createReferenceBackend(options: ReferenceOptions = {}): Backend<ReferenceTensor> {
  checkOptionNames('createReferenceBackend', options, { noise: true, functions: true });
  checkFunction('[createReferenceBackend] noise', options.noise);
  const { functions } = options;
  if (functions !== undefined) {
    checkObject(
      'VARDROP_OPTION',
      '[createReferenceBackend] functions',
      functions,
      'dawson',
      '{ dawson, logUniformKl }',
    );
  }
  const lifetime = createBackendLifetime('reference');
  const handles = createHandleTable<Float64Array>({ name: 'reference' });

  return {
    name: 'reference:cpu',
    contractVersion,
    supports,
    upload(data, shape) {
      lifetime.check('upload');
      checkValues('reference', 'upload', data, shape);
      return handles.add(Float64Array.from(data), shape);
    },
    read: async (tensor) => Float32Array.from(handles.get(tensor, 'read')),
    dispose: (tensor) => handles.dispose(tensor),
    async compile(program) {
      lifetime.check('compile');
      const bound = boundProgram(program);
      return createExecutableOf({ lifetime, handles, program: bound, execute: createRunner(bound, options) });
    },
    liveTensors: () => handles.count(),
    native: async (tensor) => ({ values: handles.get(tensor, 'native'), shape: tensor.shape }),
    wrap(native) {
      lifetime.check('wrap');
      requireTensor(native);
      return handles.add(native.values, native.shape);
    },
    async close() {
      lifetime.close();
      handles.disposeAll();
    },
  };
}

/** Throws `VARDROP_INPUT` unless `native` is a tensor of the reference. */
function requireTensor(native: ReferenceTensor): void {
  const { values, shape } = native;
  if (values instanceof Float64Array && values.length === elementCount(shape)) return;
  throw new VardropError(
    'VARDROP_INPUT',
    `[reference] wrap: got ${values?.length} values (${formatValue(values)}) for the shape ${formatShape(shape)}, needs a Float64Array of ${elementCount(shape)}. Pass as many as the shape has.`,
  );
}
