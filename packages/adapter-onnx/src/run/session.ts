import { VardropError } from '@vardrop/core';
import type { BoundProgram } from '@vardrop/core/program';
import type { Tensor as OrtTensor } from 'onnxruntime-web';
import type { EmissionStyle } from '../emit/emission.js';
import { emitProgram } from '../emit/emitProgram.js';
import { encodeModel } from '../model/schema.js';
import type { OnnxDevice, Session, SessionOptions } from '../ort.js';
import { keepWorker } from './keepWorker.js';
import type { Runtime } from './runtime.js';

/** A program in a session of ONNX Runtime. */
export interface ProgramSession {
  /**
   * Runs once: values of the program's inputs, by the program's names, to those of its outputs. Outputs in `places` are
   * written there.
   */
  run(inputs: ReadonlyMap<string, OrtTensor>, places?: ReadonlyMap<string, OrtTensor>): Promise<Map<string, OrtTensor>>;
  release(): Promise<void>;
}

/** How models are written for each device, for speed and for exact results. */
const styles: Readonly<Partial<Record<OnnxDevice, EmissionStyle>>> = {
  native: { transposeLeft: true, sumsAsProducts: true },
  // WebGPU allows so many workgroups in one direction. With more images the runtime starts more workgroups than it
  // needs, and the surplus ones overwrite the last element.
  webgpu: { onGpu: true, mostImages: 65_535 },
};

/** Makes a program's model and a session of it. Throws `VARDROP_BACKEND` where the runtime refuses it. */
export async function createProgramSession(
  { ort, device, sessionOptions, memory }: Runtime,
  program: BoundProgram,
): Promise<ProgramSession> {
  const threads = device === 'native' ? sessionOptions.intraOpNumThreads : ort.env.wasm.numThreads;
  const style = { ...styles[device], scattersInOrder: threads === 1 };
  const { model, inputs, outputs } = emitProgram(program, style);
  const who = `[onnx:${device}] ${program.name}`;
  const guard = async <T>(what: string, work: () => Promise<T>): Promise<T> => {
    try {
      return await memory.watch(work);
    } catch (error) {
      if (error instanceof VardropError) throw error;
      throw new VardropError('VARDROP_BACKEND', `${who}: ${what}: ${error instanceof Error ? error.message : error}`, {
        cause: error,
      });
    }
  };
  const bytes = encodeModel(model);
  const create = () =>
    guard('the runtime refused the model', () =>
      keepWorker(() => ort.InferenceSession.create(bytes, { ...optimizations(device, program), ...sessionOptions })),
    );
  let session: Session | undefined = await create();
  return {
    async run(given, places) {
      const current = session ?? (await create());
      session = current;
      const feeds: Record<string, OrtTensor> = {};
      for (const [name, tensor] of given) {
        if (Object.hasOwn(inputs, name)) feeds[inputs[name]] = tensor;
      }
      const allocated = Object.entries(memory.allocate ? outputs : {}).map(([name, onnxName]) => {
        const { shape } = program.nodes[program.outputs[name]];
        return [onnxName, memory.allocate?.(shape) as OrtTensor] as const;
      });
      const fetches = places
        ? Object.entries(outputs).map(([name, onnxName]) => [onnxName, places.get(name) ?? null] as const)
        : allocated;
      const run = () => (fetches.length > 0 ? current.run(feeds, Object.fromEntries(fetches)) : current.run(feeds));
      const fetched = await guard('the run failed', run).catch(async (error) => {
        for (const [, tensor] of allocated) memory.free(tensor);
        // A session that writes to given tensors would go on writing to those of the failed run.
        if (memory.allocate) {
          session = undefined;
          await current.release().catch(() => undefined);
        }
        throw error;
      });
      return new Map(Object.entries(outputs).map(([name, onnxName]) => [name, fetched[onnxName] as OrtTensor]));
    },
    release: async () => session?.release(),
  };
}

/** Beyond so many nodes the runtime's optimizations take longer than they save in a thousand steps. */
const mostOptimized = 8192;

/**
 * Each of the runtime's dozens of optimizations sorts the graph anew, in a time that grows with the square of its
 * nodes. On processors they have nothing to do in programs without convolutions: core has simplified the program, and
 * equal nodes are written once. For convolutions they choose a faster layout.
 */
function optimizations(device: OnnxDevice, { nodes }: BoundProgram): SessionOptions {
  const convolves = nodes.some(({ op }) => op.startsWith('conv2d'));
  const optimizes = nodes.length <= mostOptimized && (convolves || device === 'webgpu');
  return { graphOptimizationLevel: optimizes ? 'all' : 'disabled' };
}
