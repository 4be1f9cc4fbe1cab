import { VardropError } from '@vardrop/core';
import { createQueue, formatValue, type Queue } from '@vardrop/core/backend';
import { boundProgram, createBuilder } from '@vardrop/core/program';
import { createGpuMemory } from '../memory/gpuMemory.js';
import { createHostMemory } from '../memory/memory.js';
import type { OnnxDevice, Ort, WasmPaths } from '../ort.js';
import type { Parts } from '../parts.js';
import { countTurns } from '../run/countTurns.js';
import type { Runtime } from '../run/runtime.js';
import { createProgramSession } from '../run/session.js';
import { requestGpu } from './requestGpu.js';

const devices: readonly OnnxDevice[] = ['wasm', 'native', 'webgpu'];

/** What a runtime is loaded with. */
export interface RuntimeOptions {
  /** What can be loaded in a page; not asked where `ort` is given. */
  readonly parts: Parts;
  readonly device: OnnxDevice;
  readonly threads: number;
  /** The module; imported where left out. */
  readonly ort?: Ort;
  readonly wasmPaths?: WasmPaths;
  /** The page's GPU; asked for where left out. */
  readonly gpu?: GPUDevice;
}

/**
 * Settings of native sessions besides threads. An idle thread spins for a short while, longer than the gaps between
 * operators, and then sleeps. On an otherwise idle machine a step is a tenth faster than with threads that sleep at
 * once; on a busy machine no core is lost to spinning, as it is by default. A product and a sum stay two operators:
 * fused they take longer, since one thread copies the summand first.
 */
const nativeSettings = {
  session: { intra_op: { spin_duration_us: '200' } },
  optimization: { disable_specified_optimizers: 'MatMulAddFusion' },
};

/** Threads of each WebAssembly runtime. They are set before its first session, and cannot change later. */
const startedThreads = new WeakMap<object, number>();

/**
 * One queue for all backends of a copy of a WebAssembly runtime, which in some builds does only one thing at a time.
 */
const queues = new WeakMap<object, Queue>();

/**
 * Loads a runtime, or takes the one handed in. Throws `VARDROP_UNKNOWN_DEVICE`, `VARDROP_MISSING_PEER`, and
 * `VARDROP_OPTION` for a number of threads that is not a positive integer, differs from the one that the WebAssembly
 * runtime was started with, or is above 1 in a page that may not share memory.
 */
export async function loadRuntime(options: RuntimeOptions): Promise<Runtime> {
  const { parts, device, threads, ort: given, wasmPaths, gpu } = options;
  if (!devices.includes(device)) {
    throw new VardropError(
      'VARDROP_UNKNOWN_DEVICE',
      `[onnx] device: got "${String(device)}", needs one of ${devices.join(', ')}.`,
    );
  }
  if (!Number.isInteger(threads) || threads < 1) {
    throw new VardropError(
      'VARDROP_OPTION',
      `[onnx:${device}] threads: got ${formatValue(threads)}, needs a positive integer.`,
    );
  }
  const ort = given ?? (await importRuntime(parts, device));
  if (device === 'native' || (device === 'webgpu' && ort.env.versions.node !== undefined)) {
    const runtime: Runtime = {
      ort,
      device,
      sessionOptions: {
        executionProviders: [device === 'webgpu' ? 'webgpu' : 'cpu'],
        intraOpNumThreads: threads,
        interOpNumThreads: 1,
        logSeverityLevel: 3,
        extra: nativeSettings,
      },
      memory: createHostMemory(ort),
      queue: createQueue(),
    };
    if (device === 'webgpu') await checkProvider(runtime);
    return runtime;
  }
  startThreads(ort, device, threads);
  if (wasmPaths !== undefined) ort.env.wasm.wasmPaths = wasmPaths;
  const queue = queues.get(ort.env) ?? createQueue();
  queues.set(ort.env, queue);
  if (device !== 'webgpu') {
    return {
      ort,
      device,
      sessionOptions: { executionProviders: ['wasm'], logSeverityLevel: 3 },
      memory: createHostMemory(ort),
      queue,
    };
  }
  const page = gpu ?? (await requestGpu());
  return {
    ort,
    device,
    sessionOptions: {
      executionProviders: [{ name: 'webgpu', device: page }],
      preferredOutputLocation: 'gpu-buffer',
      logSeverityLevel: 3,
    },
    turns: await countTurns(page),
    memory: createGpuMemory(ort, page, gpu === undefined),
    queue,
  };
}

/** Throws `VARDROP_UNKNOWN_DEVICE` if not even the smallest model can be loaded for the device. */
async function checkProvider(runtime: Runtime): Promise<void> {
  const b = createBuilder('probe');
  const x = b.input('x', [1]);
  b.output('y', b.add(x, x));
  try {
    await (await createProgramSession(runtime, boundProgram(b.build()))).release();
  } catch (error) {
    throw new VardropError(
      'VARDROP_UNKNOWN_DEVICE',
      `[onnx:${runtime.device}] device: got no GPU that ONNX Runtime can use, needs one with its Vulkan driver and libvulkan.so.1 (on Windows Direct3D 12, on macOS Metal). Use the device native.`,
      { cause: error },
    );
  }
}

/** Sets the threads of a WebAssembly runtime, before its first session. */
function startThreads({ env }: Ort, device: OnnxDevice, threads: number): void {
  if (threads > 1 && globalThis.crossOriginIsolated === false) {
    throw new VardropError(
      'VARDROP_OPTION',
      `[onnx:${device}] threads: got ${threads} in a page that is not cross-origin isolated, needs 1. Serve the page with Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp.`,
    );
  }
  const started = startedThreads.get(env);
  if (started !== undefined && started !== threads) {
    throw new VardropError(
      'VARDROP_OPTION',
      `[onnx:${device}] threads: got ${threads}, needs ${started}: the first backend has started this copy of onnxruntime-web with so many, and they cannot change. Pass threads: ${started}, or worker: true.`,
    );
  }
  startedThreads.set(env, threads);
  env.wasm.numThreads = threads;
}

/** Imports a device's package. Throws `VARDROP_MISSING_PEER`, and `VARDROP_UNKNOWN_DEVICE` for a device of another entry point. */
export async function importRuntime(parts: Parts, device: OnnxDevice): Promise<Ort> {
  const native = device === 'native' || (device === 'webgpu' && isNode());
  const load = device === 'native' ? undefined : parts.runtimes[device];
  if (!native && !load) {
    throw new VardropError(
      'VARDROP_UNKNOWN_DEVICE',
      `[onnx] device: got "${device}" of @vardrop/adapter-onnx/${parts.defaultDevice}, needs ${parts.defaultDevice}. Import createOnnxBackend from @vardrop/adapter-onnx.`,
    );
  }
  const name = native ? 'onnxruntime-node' : 'onnxruntime-web';
  try {
    const module = native
      ? await importInNode('onnxruntime-node')
      : await (isNode() ? importInNode('onnxruntime-web') : load?.());
    return (module as Partial<Ort>).InferenceSession ? (module as Ort) : (module as { default: Ort }).default;
  } catch (error) {
    throw new VardropError(
      'VARDROP_MISSING_PEER',
      `[onnx:${device}] peer: got no package ${name}, needs it installed. Run \`npm install ${name}\`.`,
      { cause: error },
    );
  }
}

/** Hides the name from bundlers for browsers, which would put a package into the app that no browser needs. */
function importInNode(name: string): Promise<unknown> {
  return import(/* @vite-ignore */ /* webpackIgnore: true */ name);
}

/** Whether this is Node, which has a runtime of its own. */
export function isNode(): boolean {
  const { process } = globalThis as { readonly process?: { readonly versions?: { readonly node?: string } } };
  return process?.versions?.node !== undefined;
}
