import { VardropError } from '@vardrop/core';

/** Limits that the runtime's kernels and large tensors make use of; asked for in full, since the defaults are low. */
const limits = [
  'maxBufferSize',
  'maxStorageBufferBindingSize',
  'maxStorageBuffersPerShaderStage',
  'maxComputeWorkgroupStorageSize',
  'maxComputeInvocationsPerWorkgroup',
  'maxComputeWorkgroupSizeX',
  'maxComputeWorkgroupSizeY',
  'maxComputeWorkgroupSizeZ',
  'maxComputeWorkgroupsPerDimension',
] as const satisfies readonly (keyof GPUSupportedLimits)[];

/** A GPU of the page's, with all that it can do and the runtime asks for. Throws `VARDROP_UNKNOWN_DEVICE` without one. */
export async function requestGpu(): Promise<GPUDevice> {
  const gpu = (globalThis.navigator as Navigator | undefined)?.gpu;
  if (!gpu)
    refuse('a page or worker without WebGPU (`navigator.gpu`), which secure ones have in browsers that know it');
  const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' });
  if (!adapter) refuse('a browser that offers no GPU to this page');
  const features = (['subgroups'] as const).filter((name) => adapter.features.has(name));
  return adapter.requestDevice({
    requiredFeatures: features,
    requiredLimits: Object.fromEntries(limits.map((name) => [name, adapter.limits[name]])),
  });
}

function refuse(got: string): never {
  throw new VardropError(
    'VARDROP_UNKNOWN_DEVICE',
    `[onnx:webgpu] device: got ${got}, needs a GPU. Use the device wasm.`,
  );
}
