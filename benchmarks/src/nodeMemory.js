import { memoryUsage } from 'node:process';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { collectGarbage } from './collectGarbage.js';

/** @param {number} bytes */
const mebibytes = (bytes) => bytes / 2 ** 20;

/** What this process holds, in MiB, once its garbage has been collected. */
export async function nodeMemory() {
  setFlagsFromString('--expose-gc');
  await collectGarbage(runInNewContext('gc'));
  const { heapUsed, arrayBuffers, rss } = memoryUsage();
  return { heapMiB: mebibytes(heapUsed), arrayBuffersMiB: mebibytes(arrayBuffers), residentMiB: mebibytes(rss) };
}

/** Notes memories of WebAssembly that are made from now on, since libraries do not tell of theirs. */
export function noteWasmMemories() {
  /** @type {WeakRef<WebAssembly.Memory>[]} */
  const made = [];
  WebAssembly.Memory = class extends WebAssembly.Memory {
    /** @param {WebAssembly.MemoryDescriptor} descriptor */
    constructor(descriptor) {
      super(descriptor);
      made.push(new WeakRef(this));
    }
  };
  /** Those that live, and their size in MiB. */
  return () => {
    const live = made.flatMap((memory) => memory.deref() ?? []);
    return { count: live.length, wasmMiB: mebibytes(live.reduce((sum, { buffer }) => sum + buffer.byteLength, 0)) };
  };
}
