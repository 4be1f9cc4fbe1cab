import { type Backend, VardropError } from '@vardrop/core';
import { checkBoolean, checkOptionNames, formatValue } from '@vardrop/core/backend';
import { runsRelaxedSimd, runsSimd } from '@vardrop/wasm-kernels';
import { createBackend, type WasmTensor } from './backend.js';
import { createMachine } from './machine.js';
import { createTeam } from './threads/createTeam.js';
import { cores } from './threads/nodeThreads.js';
import { hasWorkers } from './threads/startThread.js';
import { createSingleTeam } from './threads/team.js';

/** Options of `createWasmBackend`. */
export interface WasmBackendOptions {
  /**
   * How many threads compute. Default: as many as the machine runs at once, at most 16; 1 where threads cannot share memory (a page
   * that is not cross-origin isolated). `supports.threads` says how many there are.
   */
  readonly threads?: number;
  /**
   * Adds products by relaxed SIMD's multiply-add, which is faster. Results then differ in their last digits between processors that round a
   * product before they add it and those that do not; `supports.relaxed` says so. Default: false.
   */
  readonly relaxedSimd?: boolean;
}

const name = 'wasm';
const mostThreads = 16;

/**
 * Creates a backend that computes in WebAssembly, without a framework. With several threads a run returns at once, and the threads
 * compute while the caller goes on. With one thread a run blocks its caller. Results are bitwise the same for any number of threads.
 * `native` gives a `WasmTensor`, which must not be written to. `wrap` takes such a tensor of the same backend. `close` ends the threads.
 *
 * Rejects with `VARDROP_OPTION` for unknown options, and for threads and relaxed SIMD that are not to be had here, and with `VARDROP_BACKEND` in engines
 * without vector instructions and if a thread does not start.
 */
export async function createWasmBackend(options: WasmBackendOptions = {}): Promise<Backend<WasmTensor>> {
  checkOptionNames('createWasmBackend', options, { threads: true, relaxedSimd: true }, { device: 'Leave it out.' });
  const threads = chooseThreads(options.threads);
  const { relaxedSimd: fused = false } = options;
  checkBoolean(`[${name}] relaxedSimd`, fused);
  if (!runsSimd()) {
    throw new VardropError(
      'VARDROP_BACKEND',
      `[${name}] start: got an engine without WebAssembly's vector instructions, needs one with them. Use another backend.`,
    );
  }
  if (fused && !runsRelaxedSimd()) {
    throw new VardropError(
      'VARDROP_OPTION',
      `[${name}] relaxedSimd: got an engine without relaxed SIMD, needs one with it, such as Node 22. Leave it out, or start Node 20 with --experimental-wasm-relaxed-simd.`,
    );
  }
  if (threads === 1) {
    const memory = new WebAssembly.Memory({ initial: 16 });
    return createBackend(createMachine(name, memory, createSingleTeam(memory), { fused }), memory);
  }
  const { memory, pages } = sharedMemory();
  const team = await createTeam(name, memory, threads);
  return createBackend(createMachine(name, memory, team, { sharedPages: pages, fused }), memory);
}

const sharesMemory = () =>
  typeof SharedArrayBuffer === 'function' && globalThis.crossOriginIsolated !== false && hasWorkers();

function chooseThreads(given: number | undefined): number {
  if (given === undefined) return sharesMemory() ? Math.min(cores(), mostThreads) : 1;
  if (!Number.isInteger(given) || given < 1 || given > mostThreads) {
    throw new VardropError(
      'VARDROP_OPTION',
      `[${name}] threads: got ${formatValue(given)}, needs a whole number from 1 to ${mostThreads}.`,
    );
  }
  if (given > 1 && !sharesMemory()) {
    throw new VardropError(
      'VARDROP_OPTION',
      `[${name}] threads: got ${given} where threads cannot share memory, needs 1. Serve the page with the headers Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp, or leave \`threads\` out.`,
    );
  }
  return given;
}

/** A memory that threads share. Some devices do not give room for 4 GiB. */
function sharedMemory(): { readonly memory: WebAssembly.Memory; readonly pages: number } {
  for (const pages of [65536, 32768, 16384, 8192]) {
    try {
      return { memory: new WebAssembly.Memory({ initial: 16, maximum: pages, shared: true }), pages };
    } catch {
      // Tries a smaller one.
    }
  }
  throw new VardropError(
    'VARDROP_BACKEND',
    `[${name}] start: got no memory of 512 MiB to share, needs one. Write threads: 1.`,
  );
}
