import { createFunction, writeModule } from './write/wasmWriter.js';

let hasSimd: boolean | undefined;

/** Whether this engine supports vector instructions, which all kernels use. */
export function runsSimd(): boolean {
  if (hasSimd === undefined) {
    const probe = createFunction(0);
    probe.floats(0);
    probe.set(probe.v128());
    hasSimd = WebAssembly.validate(writeModule([probe]));
  }
  return hasSimd;
}
