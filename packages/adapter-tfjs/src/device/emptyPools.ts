import type { Device } from './device.js';

/** The textures that tfjs's webgl backend keeps for reuse. */
interface TexturePool {
  freeTextures: Record<string, { readonly texture: WebGLTexture }[]> | null;
  numFreeTextures: number;
  _numBytesAllocated: number;
  _numBytesFree: number;
}

interface WebglHost {
  readonly gpgpu: { deleteMatrixTexture(texture: WebGLTexture): void };
  readonly textureManager?: Partial<TexturePool>;
}

/** The buffers that tfjs's webgpu backend keeps for reuse. */
interface BufferPool {
  readonly freeBuffers: Map<string, { readonly size: number; destroy(): void }[]>;
  numFreeBuffers: number;
  numBytesAllocated: number;
}

interface WebgpuHost {
  readonly commandEncoder?: unknown;
  endComputePassEncoder?(): void;
  submitQueue?(): void;
  readonly bufferManager?: Partial<BufferPool>;
}

/**
 * Frees the memory of a graphics card that tfjs keeps for future tensors. Otherwise tfjs keeps a texture or buffer of
 * each size that has occurred until the page is closed. The memory of live tensors is not touched. If a version of tfjs
 * lacks these pools, nothing happens.
 */
export function emptyPools(device: Device): void {
  if (device.loss.found()) return;
  if (device.name === 'webgl') emptyTextures(device.host as unknown as WebglHost);
  if (device.name === 'webgpu') emptyBuffers(device.host as unknown as WebgpuHost);
}

function emptyTextures({ gpgpu, textureManager: pool }: WebglHost): void {
  if (!pool?.freeTextures || pool._numBytesAllocated === undefined || pool._numBytesFree === undefined) return;
  for (const [key, textures] of Object.entries(pool.freeTextures)) {
    for (const { texture } of textures) gpgpu.deleteMatrixTexture(texture);
    delete pool.freeTextures[key];
  }
  pool.numFreeTextures = 0;
  pool._numBytesAllocated -= pool._numBytesFree;
  pool._numBytesFree = 0;
}

function emptyBuffers(host: WebgpuHost): void {
  const pool = host.bufferManager;
  if (!(pool?.freeBuffers instanceof Map) || pool.numBytesAllocated === undefined) return;
  // Buffers of commands that have not been submitted yet are not free before that.
  if (host.commandEncoder) {
    host.endComputePassEncoder?.();
    host.submitQueue?.();
  }
  for (const buffers of pool.freeBuffers.values()) {
    for (const buffer of buffers.splice(0)) {
      buffer.destroy();
      pool.numBytesAllocated -= buffer.size;
    }
  }
  pool.numFreeBuffers = 0;
}
