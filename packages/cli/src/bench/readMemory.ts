import { memoryUsage } from 'node:process';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/**
 * Bytes that this process uses after garbage has been collected: JavaScript's heap, array buffers, and all that is
 * resident, WebAssembly's and native memory included.
 */
export async function readMemory(): Promise<{ heap: number; buffers: number; resident: number }> {
  setFlagsFromString('--expose-gc');
  const collect: () => void = runInNewContext('gc');
  // Finalizers of one collection free more for the next.
  for (let i = 0; i < 3; i++) {
    collect();
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  const { heapUsed, arrayBuffers, rss } = memoryUsage();
  return { heap: heapUsed, buffers: arrayBuffers, resident: rss };
}
