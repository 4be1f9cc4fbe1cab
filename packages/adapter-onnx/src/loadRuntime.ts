import { VardropError } from '@vardrop/core';

/** The part of ONNX Runtime's modules that is used here: `onnxruntime-web` and `onnxruntime-node` both have it. */
export type Ort = Pick<typeof import('onnxruntime-web'), 'InferenceSession' | 'Tensor' | 'env'>;

/** A session of either. */
export type Session = import('onnxruntime-web').InferenceSession;

/** What sessions are made with. */
export type SessionOptions = import('onnxruntime-web').InferenceSession.SessionOptions;

/** Where ONNX Runtime computes: in WebAssembly (`onnxruntime-web`), or on the machine (`onnxruntime-node`). */
export type OnnxDevice = 'wasm' | 'native';

const packages = { wasm: 'onnxruntime-web', native: 'onnxruntime-node' } as const;

/** A runtime that has been loaded, and what its sessions are made with. */
export interface Runtime {
  readonly ort: Ort;
  readonly device: OnnxDevice;
  readonly sessionOptions: SessionOptions;
}

/**
 * What native sessions are made with besides threads. A thread with nothing to do tries again for a short while, longer than
 * the gaps between operators are, and then waits: on a machine of its own a step is a tenth faster than where it waits at
 * once, and on a busy one no core is kept busy with waiting, as it is by default. A product and a sum stay two operators: as
 * one they take longer, since one thread copies the summand first.
 */
const nativeSettings = {
  session: { intra_op: { spin_duration_us: '200' } },
  optimization: { disable_specified_optimizers: 'MatMulAddFusion' },
};

/** Threads that a WebAssembly runtime was set to before its first session, after which they stay as they are. */
const startedThreads = new WeakMap<object, number>();

/**
 * Loads a runtime, or takes the one handed in. Throws `VARDROP_UNKNOWN_DEVICE`, `VARDROP_MISSING_PEER`, and
 * `VARDROP_OPTION` for threads that are no positive integer or, on wasm, not those that the runtime was started with.
 */
export async function loadRuntime(device: OnnxDevice, threads: number, given?: Ort): Promise<Runtime> {
  if ((device as string) === 'webgpu') {
    throw new VardropError(
      'VARDROP_UNKNOWN_DEVICE',
      `[onnx] device: got "webgpu", which ONNX Runtime has in browsers only and is not supported here, needs one of ${Object.keys(packages).join(', ')}. Use wasm.`,
    );
  }
  if (!Object.hasOwn(packages, device)) {
    throw new VardropError(
      'VARDROP_UNKNOWN_DEVICE',
      `[onnx] device: got "${String(device)}", needs one of ${Object.keys(packages).join(', ')}.`,
    );
  }
  if (!Number.isInteger(threads) || threads < 1) {
    throw new VardropError('VARDROP_OPTION', `[onnx:${device}] threads: got ${threads}, needs a positive integer.`);
  }
  const ort = given ?? (await importRuntime(device));
  if (device === 'native') {
    return {
      ort,
      device,
      sessionOptions: {
        executionProviders: ['cpu'],
        intraOpNumThreads: threads,
        interOpNumThreads: 1,
        logSeverityLevel: 3,
        extra: nativeSettings,
      },
    };
  }
  const started = startedThreads.get(ort.env);
  if (started !== undefined && started !== threads) {
    throw new VardropError(
      'VARDROP_OPTION',
      `[onnx:wasm] threads: got ${threads}, needs ${started}, with which this copy of onnxruntime-web was started. Leave it so, or use another worker.`,
    );
  }
  startedThreads.set(ort.env, threads);
  ort.env.wasm.numThreads = threads;
  return { ort, device, sessionOptions: { executionProviders: ['wasm'], logSeverityLevel: 3 } };
}

/** Imports a device's package. Throws `VARDROP_MISSING_PEER`. */
export async function importRuntime(device: OnnxDevice): Promise<Ort> {
  const name = packages[device];
  try {
    const module = device === 'native' ? await import('onnxruntime-node') : await import('onnxruntime-web');
    return (module as Ort & { default?: Ort }).InferenceSession ? module : (module as { default: Ort }).default;
  } catch (error) {
    throw new VardropError(
      'VARDROP_MISSING_PEER',
      `[onnx:${device}] peer: got no package ${name}, needs it installed. Run \`npm install ${name}\`.`,
      { cause: error },
    );
  }
}
