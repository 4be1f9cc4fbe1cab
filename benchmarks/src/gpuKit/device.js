import { writeFile } from 'node:fs/promises';
import { option } from '../commandLine.js';
import { startWebgpu } from '../startWebgpu.js';

// Which graphics cards WebGPU finds: one for each power preference, and whether a kernel's result comes back from it.
//   node benchmarks/src/gpuKit/device.js --json FILE

await startWebgpu();
const { gpu } = navigator;
const adapters = new Map();
for (const powerPreference of /** @type {const} */ (['high-performance', 'low-power'])) {
  const adapter = await gpu.requestAdapter({ powerPreference });
  if (!adapter) continue;
  const { vendor, architecture, device, description } = adapter.info;
  const { maxBufferSize, maxComputeWorkgroupStorageSize, maxComputeInvocationsPerWorkgroup } = adapter.limits;
  const limits = { maxBufferSize, maxComputeWorkgroupStorageSize, maxComputeInvocationsPerWorkgroup };
  adapters.set(description, {
    vendor,
    architecture,
    device,
    description,
    features: [...adapter.features].sort(),
    limits,
  });
}
if (adapters.size === 0)
  throw new Error('WebGPU finds no graphics card. Install a driver with Vulkan, and libvulkan.so.1.');
await writeFile(option('--json', ''), JSON.stringify([...adapters.values()]));
process.exit();
