/**
 * How gpu.js computes: `webasm` in WebAssembly with SIMD and threads, `webgpu` and `webgl2` on a graphics card, `cpu` in
 * JavaScript.
 */
export const modes = ['webasm', 'webgpu', 'webgl2', 'cpu'] as const;

/** A name of {@link modes}. */
export type GpujsMode = (typeof modes)[number];

/** Whether a mode computes on a graphics card, with a graphics card's arithmetic. */
export const isCard = (mode: GpujsMode): boolean => mode === 'webgl2' || mode === 'webgpu';
