import { VardropError } from '@vardrop/core';

/**
 * Limits that matter to the runtime's kernels and to large tensors. They are requested in full, since the defaults are
 * low.
 */
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

/** The page's GPU, with all features and limits that the runtime uses. Throws `VARDROP_UNKNOWN_DEVICE` without one. */
export async function requestGpu(): Promise<GPUDevice> {
  const gpu = (globalThis.navigator as Navigator | undefined)?.gpu;
  if (!gpu)
    refuse('a page or worker without WebGPU (`navigator.gpu`), which browsers that have it offer to secure pages only');
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
