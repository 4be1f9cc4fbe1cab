import type { Device } from './device.js';

/** What tfjs's webgl backend keeps of textures. */
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

/** What tfjs's webgpu backend keeps of buffers. */
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
 * Gives back the memory of a graphics card that tfjs keeps for tensors to come: a texture or buffer of each size that there
 * has been, until the page is closed. What tensors live in stays. Where tfjs no longer has these pools, nothing happens.
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
  // Buffers of commands that have yet to be sent are not free before.
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
