import type { TensorInfo } from '@tensorflow/tfjs';
import { waitUntil, yieldToEvents } from '@vardrop/core/backend';
import type { Device } from '../device/device.js';
import { finishWebgl } from '../device/finishWebgl.js';

/** Compiles programs of a graphics card without running them. */
export interface ProgramsAhead {
  /** Does work whose launches only start the compilation of their programs. The values of all tensors are lost. */
  collect<T>(work: () => T): T;
  /** Starts the compilation of what reading a tensor launches. */
  collectRead(tensor: TensorInfo): void;
  /** Resolves once all programs are compiled and known to tfjs. The page is not blocked meanwhile. */
  finish(): Promise<void>;
}

/** A compiled program of tfjs's webgl backend. */
interface Binary {
  readonly webGLProgram: WebGLProgram;
}

/** What tfjs's webgl backend has beyond the published type of a backend. */
interface WebglHost {
  binaryCache: Record<string, Binary>;
  getUniformLocations(): void;
  decode?(dataId: object): TensorInfo;
  uploadToGPU(dataId: object): void;
  readonly texData: { get(dataId: object): { texture?: unknown; values?: unknown } };
  readonly gpgpu: {
    readonly gl: WebGL2RenderingContext;
    readonly parallelCompilationExtension?: { readonly COMPLETION_STATUS_KHR: number } | null;
    deleteProgram(program: WebGLProgram): void;
  };
}

/** What tfjs's webgpu backend has beyond it. */
interface WebgpuHost {
  pipelineCache: Record<string, unknown>;
}

/**
 * Compiles ahead on a graphics card: in tfjs's compile-only mode, in which shaders and pipelines are compiled by threads of
 * the browser. tfjs and other programs of the page do not see a program before it is complete: programs are
 * collected in a cache of their own, which stands in front of tfjs's only while `collect` works.
 */
export function createProgramsAhead(device: Device): ProgramsAhead {
  return device.name === 'webgl' ? onWebgl(device) : onWebgpu(device);
}

/** Does work while one of tfjs's flags is set. */
function withFlag<T>({ tf }: Device, name: string, work: () => T): T {
  const before = tf.env().getBool(name);
  tf.env().set(name, true);
  try {
    return work();
  } finally {
    tf.env().set(name, before);
  }
}

function onWebgl(device: Device): ProgramsAhead {
  const host = device.host as unknown as WebglHost;
  const { gl, parallelCompilationExtension: parallel } = host.gpgpu;
  const known = host.binaryCache;
  const made: Record<string, Binary> = Object.create(known);
  const within = <T>(cache: Record<string, Binary>, work: () => T): T => {
    host.binaryCache = cache;
    try {
      return work();
    } finally {
      host.binaryCache = known;
    }
  };
  const isCompiled = ({ webGLProgram }: Binary): boolean =>
    !parallel || gl.isContextLost() || gl.getProgramParameter(webGLProgram, parallel.COMPLETION_STATUS_KHR);
  const { uploadToGPU } = host;
  const collect = <T>(work: () => T): T => {
    // In this mode tfjs does not note that values are on the card, and would compile what it does with values on the host.
    host.uploadToGPU = (dataId) => {
      uploadToGPU.call(host, dataId);
      const data = host.texData.get(dataId);
      if (data.texture) return;
      data.values = null;
      uploadToGPU.call(host, dataId);
    };
    try {
      return within(made, () => withFlag(device, 'ENGINE_COMPILE_ONLY', work));
    } finally {
      Reflect.deleteProperty(host, 'uploadToGPU');
    }
  };
  return {
    collect,
    collectRead({ dataId }) {
      const decoded = collect(() => host.decode?.(dataId));
      if (decoded) device.release(decoded);
    },
    async finish() {
      // The browser answers at once for the most recent programs only. For others it waits until all commands are read.
      await finishWebgl(gl);
      for (const [key, binary] of Object.entries(made)) {
        await waitUntil(() => isCompiled(binary));
        await yieldToEvents();
        // Another run may have compiled the same program meanwhile. A program with an error is compiled again in a run,
        // where tfjs reports it.
        if (Object.hasOwn(known, key) || !gl.getProgramParameter(binary.webGLProgram, gl.LINK_STATUS)) {
          host.gpgpu.deleteProgram(binary.webGLProgram);
          continue;
        }
        within({ [key]: binary }, () => host.getUniformLocations());
        known[key] = binary;
      }
    },
  };
}

function onWebgpu(device: Device): ProgramsAhead {
  const host = device.host as unknown as WebgpuHost;
  const known = host.pipelineCache;
  const made: Record<string, unknown> = Object.create(known);
  return {
    collect(work) {
      host.pipelineCache = made;
      try {
        return withFlag(device, 'WEBGPU_ENGINE_COMPILE_ONLY', work);
      } finally {
        host.pipelineCache = known;
      }
    },
    // It copies buffers.
    collectRead: () => undefined,
    async finish() {
      const pipelines = Object.entries(made).map(async ([key, pipeline]) => [key, await pipeline] as const);
      for (const result of await Promise.allSettled(pipelines)) {
        if (result.status === 'rejected') continue;
        const [key, pipeline] = result.value;
        known[key] ??= pipeline;
      }
    },
  };
}
