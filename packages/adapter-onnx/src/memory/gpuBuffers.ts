/** Storage buffers of a GPU, used again once they are given back. */
export interface GpuBuffers {
  /** A buffer for float32 numbers, with any contents. */
  take(elements: number): GPUBuffer;
  giveBack(buffer: GPUBuffer): void;
  /** Buffers that are taken, and buffers that wait to be taken again. */
  count(): { readonly taken: number; readonly waiting: number; readonly bytes: number };
  /** Frees the buffers that wait. Taken ones stay, and belong to whom they were given. */
  close(): void;
}

/** Bits of `GPUBufferUsage`, which not every thread has as a global. */
const copySource = 0x4;
const copyDestination = 0x8;
const storage = 0x80;

/** Buffers of `device`. All of them have at most twice the bytes that were ever taken at once. */
export function createGpuBuffers(device: GPUDevice): GpuBuffers {
  const waiting = new Map<number, GPUBuffer[]>();
  const taken = new Set<GPUBuffer>();
  let takenBytes = 0;
  let waitingBytes = 0;
  let mostTaken = 0;

  return {
    take(elements) {
      // The runtime's shaders and copies take whole groups of four numbers.
      const size = 16 * Math.ceil(elements / 4);
      const known = waiting.get(size)?.pop();
      if (known) waitingBytes -= size;
      const buffer = known ?? device.createBuffer({ size, usage: storage | copySource | copyDestination });
      taken.add(buffer);
      takenBytes += size;
      mostTaken = Math.max(mostTaken, takenBytes);
      return buffer;
    },
    giveBack(buffer) {
      if (!taken.delete(buffer)) return;
      takenBytes -= buffer.size;
      if (takenBytes + waitingBytes + buffer.size > 2 * mostTaken) {
        buffer.destroy();
        return;
      }
      const same = waiting.get(buffer.size) ?? [];
      waiting.set(buffer.size, same);
      same.push(buffer);
      waitingBytes += buffer.size;
    },
    count: () => ({
      taken: taken.size,
      waiting: [...waiting.values()].reduce((sum, { length }) => sum + length, 0),
      bytes: takenBytes + waitingBytes,
    }),
    close() {
      for (const buffers of waiting.values()) for (const buffer of buffers) buffer.destroy();
      waiting.clear();
      waitingBytes = 0;
    },
  };
}
