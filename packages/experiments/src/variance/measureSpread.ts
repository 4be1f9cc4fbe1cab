import type { Backend } from '@vardrop/core';
import { compileProgram, type NoiseKey, type Tensor, type Tensors } from '@vardrop/core/backend';
import { elementCount, type Program } from '@vardrop/core/program';

/** One draw: rows of a minibatch, and the keys of its noise. */
export interface SpreadDraw {
  /** Inputs with one row per datapoint, by name: values in rows of `width`. */
  readonly rows: Readonly<Record<string, { readonly data: Float32Array; readonly width: number }>>;
  readonly keys: Readonly<Record<string, NoiseKey>>;
}

/** The result of some draws. */
export interface Spread {
  /** Unbiased variance of a gradient, averaged over the parameters of each group. */
  readonly variances: Readonly<Record<string, number>>;
  /** Sums over the draws' chunks, by name. */
  readonly totals: Readonly<Record<string, number>>;
}

/** A `welfordProgram`, compiled for one number of rows. */
export interface SpreadMeter {
  /**
   * Runs draws one after the other. Throws the signal's reason when it aborts; yields to the event loop after each chunk of
   * rows, so the device never has more than one chunk queued.
   */
  run(
    shared: Tensors,
    draws: readonly SpreadDraw[],
    around: { readonly signal: AbortSignal; readonly onDraw?: (count: number) => void },
  ): Promise<Spread>;
  dispose(): void;
}

/**
 * Compiles a program that `welfordProgram` made.
 *
 * @param rows datapoints per draw.
 * @param chunk rows that are computed at once; it divides `rows`.
 */
export async function createSpreadMeter(
  backend: Backend,
  program: Program,
  { rows, chunk }: { readonly rows: number; readonly chunk: number },
): Promise<SpreadMeter> {
  const compiled = await compileProgram(backend, program, { batch: chunk });
  const carriedShapes = Object.fromEntries(
    compiled.program.nodes.flatMap((node) =>
      node.op === 'input' && node.role === 'carried' ? [[node.name, node.shape] as const] : [],
    ),
  );
  const disposeAll = (tensors: Tensors) => {
    for (const tensor of Object.values(tensors)) backend.dispose(tensor);
  };

  return {
    async run(shared, draws, { signal, onDraw }) {
      let carried: Tensors = upload(backend, carriedShapes);
      try {
        for (const [index, { rows: columns, keys }] of draws.entries()) {
          for (let row = 0; row < rows; row += chunk) {
            signal.throwIfAborted();
            const inputs: Record<string, Tensor> = {};
            try {
              for (const [name, { data, width }] of Object.entries(columns)) {
                inputs[name] = backend.upload(data.subarray(row * width, (row + chunk) * width), [chunk, width]);
              }
              const scalars = { first: row === 0 ? 1 : 0, last: row + chunk === rows ? 1 : 0, share: 1 / (index + 1) };
              for (const [name, value] of Object.entries(scalars))
                inputs[name] = backend.upload(Float32Array.of(value), []);
              const ofChunk = Object.fromEntries(
                Object.entries(keys).map(([name, { words }]) => [name, { words, row }]),
              );
              const result = compiled.run({ ...shared, ...carried }, [{ inputs, keys: ofChunk }]);
              for (const tensors of result.outputs) disposeAll(tensors);
              disposeAll(carried);
              carried = result.carried;
            } finally {
              disposeAll(inputs);
            }
            await backend.read(scalarOf(carried));
            await new Promise((resolve) => setTimeout(resolve, 0));
          }
          onDraw?.(index + 1);
        }
        return await readSpread(backend, carried, draws.length);
      } finally {
        disposeAll(carried);
      }
    },
    dispose: () => compiled.dispose(),
  };
}

function upload(backend: Backend, shapes: Readonly<Record<string, readonly number[]>>): Tensors {
  const entries = Object.entries(shapes).map(([name, shape]) => [
    name,
    backend.upload(new Float32Array(elementCount(shape)), shape),
  ]);
  return Object.fromEntries(entries);
}

/** A small tensor whose value waits for all that was computed before. */
function scalarOf(carried: Tensors): Tensor {
  const [, scalar] = Object.entries(carried).find(([name]) => name.startsWith('squares/')) as [string, Tensor];
  return scalar;
}

async function readSpread(backend: Backend, carried: Tensors, draws: number): Promise<Spread> {
  const variances: Record<string, number> = {};
  const totals: Record<string, number> = {};
  for (const [name, tensor] of Object.entries(carried)) {
    const [kind, ...rest] = name.split('/');
    const group = rest.join('/');
    if (kind === 'squares') {
      const [squares] = await backend.read(tensor);
      variances[group] = squares / (draws - 1) / elementCount(carried[`mean/${group}`].shape);
    } else if (kind === 'total') {
      [totals[group]] = await backend.read(tensor);
    }
  }
  return { variances, totals };
}
