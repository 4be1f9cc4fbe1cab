import { memoryUsage } from 'node:process';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/**
 * Bytes that this process uses after garbage collection: the JavaScript heap, array buffers, and the resident memory, which
 * includes WebAssembly and native memory.
 */
export async function readMemory(): Promise<{ heap: number; buffers: number; resident: number }> {
  setFlagsFromString('--expose-gc');
  const collect: () => void = runInNewContext('gc');
  // Finalizers of one collection free memory for the next.
  for (let i = 0; i < 3; i++) {
    collect();
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  const { heapUsed, arrayBuffers, rss } = memoryUsage();
  return { heap: heapUsed, buffers: arrayBuffers, resident: rss };
}
