/** Turns to count up to: a GPU makes them in a few milliseconds. */
export const mostTurns = 2 ** 20;

/** Bits of `GPUBufferUsage` and `GPUMapMode`, which not every thread has as globals. */
const usage = { storage: 0x80, copySource: 0x4, copyDestination: 0x8, mapRead: 0x1 } as const;
const mapModeRead = 0x1;

/** Each turn depends on the one before, so that no compiler can leave out the loop. */
const code = `
@group(0) @binding(0) var<storage, read_write> v: array<f32>;
@compute @workgroup_size(1) fn main() {
  var x = v[0];
  var turns = 0u;
  for (var i = 0u; i < ${mostTurns}u; i++) {
    x = v[1] * x * (1.0 - x);
    if (x < 1.0) { turns++; }
  }
  v[2] = f32(turns);
}`;

/** Turns of a loop that a thread of a GPU makes before its driver ends the loop, at most `mostTurns`. */
export async function countTurns(device: GPUDevice): Promise<number> {
  const size = 12;
  const values = device.createBuffer({ size, usage: usage.storage | usage.copySource | usage.copyDestination });
  const staging = device.createBuffer({ size, usage: usage.mapRead | usage.copyDestination });
  try {
    device.queue.writeBuffer(values, 0, Float32Array.of(0.3, 3.7, 0));
    const module = device.createShaderModule({ code });
    const pipeline = await device.createComputePipelineAsync({
      layout: 'auto',
      compute: { module, entryPoint: 'main' },
    });
    const entries = [{ binding: 0, resource: { buffer: values } }];
    const group = device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries });
    const encoder = device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    pass.setPipeline(pipeline);
    pass.setBindGroup(0, group);
    pass.dispatchWorkgroups(1);
    pass.end();
    encoder.copyBufferToBuffer(values, 0, staging, 0, size);
    device.queue.submit([encoder.finish()]);
    await staging.mapAsync(mapModeRead);
    return new Float32Array(staging.getMappedRange())[2];
  } finally {
    values.destroy();
    staging.destroy();
  }
}
