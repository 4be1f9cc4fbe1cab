/**
 * Sets what WebGPU is found by in Node, to Dawn, of the package `webgpu`; nothing where it is set already.
 *
 * @param {GPURequestAdapterOptions} [options]
 * @returns {Promise<string>} what it computes on
 */
export async function startWebgpu(options) {
  if (!globalThis.navigator?.gpu) {
    const { create, globals } = await import('webgpu');
    Object.assign(globalThis, globals);
    Object.defineProperty(globalThis, 'navigator', { configurable: true, value: { gpu: create([]) } });
  }
  const adapter = await navigator.gpu.requestAdapter(options);
  return adapter ? `${adapter.info.vendor} ${adapter.info.architecture} ${adapter.info.description}` : 'nothing';
}
