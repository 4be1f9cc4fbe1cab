import { refuseClosed } from '../backend/backendLifetime.js';
import { checkValues } from '../backend/checkValues.js';
import type { Backend, Executable, Supports, Tensor } from '../backend/contract.js';
import { checkFunction } from '../checkFunction.js';
import { checkObject } from '../checkObject.js';
import { checkOptionNames } from '../checkOptionNames.js';
import { VardropError } from '../errors.js';
import { formatValue } from '../formatValue.js';
import { elementCount, formatShape } from '../program/shapes.js';
import type { FixedShape } from './layout.js';
import { createRunner } from './runner.js';
import type { NoiseSource, SpecialFunctions } from './sources.js';

/** A tensor of the reference: row-major float64 values, shared rather than copied, so not to be written to. */
export interface ReferenceTensor {
  readonly shape: FixedShape;
  readonly values: Float64Array;
}

/** Replacements for what the reference otherwise takes from core: its noise and its special functions. */
export interface ReferenceOptions {
  /** Makes noise. */
  readonly noise?: NoiseSource;
  /** Float64 special functions. */
  readonly functions?: SpecialFunctions;
}

const supports: Supports = {
  noise: 'device',
  precision: 'float64',
  functions: ['dawson', 'logUniformKl'],
  nonFinite: true,
  subnormals: true,
  ulps: { exp: 0, log: 0, sigmoid: 0, softplus: 0, tanh: 0, sqrt: 0, div: 0 },
};

/**
 * The float64 interpreter as a backend: what `evaluate` computes, behind the contract. It computes at once, on the
 * calling thread. Values stay float64 from node to node and, in carried and other returned tensors, from run to run;
 * only `read` rounds to float32. It also accepts `withDerivative`, whose value it takes.
 *
 * Methods throw `VARDROP_DISPOSED` for tensors, executables and backends that are disposed of or closed,
 * `VARDROP_TENSOR` for handles of another backend, `VARDROP_INPUT` for inputs and keys that are missing, unknown or of
 * the wrong shape, and `VARDROP_SHAPE` for programs with a symbolic axis.
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
  const live = new Map<Tensor, ReferenceTensor>();
  // Only to tell a handle that was disposed of from one that was never ours.
  const disposed = new WeakSet<Tensor>();
  let closed = false;

  function requireOpen(who: string): void {
    if (closed) refuseClosed('reference', who);
  }

  function hold(values: Float64Array, shape: readonly number[]): Tensor {
    const handle: Tensor = Object.freeze({ shape: Object.freeze([...shape]) });
    live.set(handle, { shape: handle.shape, values });
    return handle;
  }

  function resolve(handle: Tensor, what: string): ReferenceTensor {
    requireOpen(what);
    const tensor = live.get(handle);
    if (tensor) return tensor;
    if (disposed.has(handle)) {
      throw new VardropError(
        'VARDROP_DISPOSED',
        `[reference] ${what}: got a tensor of shape ${formatShape(handle.shape)} that was disposed of, needs a live one. Dispose of it after its last use.`,
      );
    }
    throw new VardropError(
      'VARDROP_TENSOR',
      `[reference] ${what}: got something that is not a tensor of this backend. Upload it here first.`,
    );
  }

  return {
    name: 'reference:cpu',
    supports,
    upload(data, shape) {
      requireOpen('upload');
      checkValues('reference', 'upload', data, shape);
      return hold(Float64Array.from(data), shape);
    },
    async read(tensor) {
      return Float32Array.from(resolve(tensor, 'read').values);
    },
    dispose(tensor) {
      resolve(tensor, 'dispose');
      live.delete(tensor);
      disposed.add(tensor);
    },
    async compile(program): Promise<Executable> {
      requireOpen('compile');
      const runner = createRunner(program, options);
      let freed = false;
      return {
        run(shared, iterations) {
          requireOpen('run');
          if (freed) {
            throw new VardropError(
              'VARDROP_DISPOSED',
              `[reference] run: got a call of "${program.name}" after it was disposed of. Compile it again.`,
            );
          }
          return runner(shared, iterations, resolve, hold);
        },
        dispose() {
          freed = true;
        },
      };
    },
    liveTensors: () => live.size,
    async native(tensor) {
      return resolve(tensor, 'native');
    },
    wrap(native) {
      requireOpen('wrap');
      requireTensor(native);
      return hold(native.values, native.shape);
    },
    async close() {
      closed = true;
      live.clear();
    },
  };
}

/** Throws `VARDROP_INPUT` for what is no tensor of the reference. */
function requireTensor(native: ReferenceTensor): void {
  const { values, shape } = native;
  if (values instanceof Float64Array && values.length === elementCount(shape)) return;
  throw new VardropError(
    'VARDROP_INPUT',
    `[reference] wrap: got ${values?.length} values (${formatValue(values)}) for the shape ${formatShape(shape)}, needs a Float64Array of ${elementCount(shape)}. Pass as many as the shape has.`,
  );
}
