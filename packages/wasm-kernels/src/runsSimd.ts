import { createFunction, type FunctionWriter, writeModule } from './write/wasmWriter.js';

/** Whether this engine supports vector instructions, which all kernels use. */
export const runsSimd = once(() => accepts((probe) => probe.set(probe.v128())));

/** Whether it supports relaxed vector instructions: browsers and Node since 2023. */
export const runsRelaxedSimd = once(() =>
  accepts((probe) => {
    probe.floats(0);
    probe.addProduct(probe.v128());
  }),
);

/** Whether the engine accepts a function that does something with a vector. */
function accepts(use: (probe: FunctionWriter) => void): boolean {
  const probe = createFunction(0);
  probe.floats(0);
  use(probe);
  return WebAssembly.validate(writeModule([probe], { fused: true }));
}

function once(ask: () => boolean): () => boolean {
  let answer: boolean | undefined;
  return () => {
    answer ??= ask();
    return answer;
  };
}
