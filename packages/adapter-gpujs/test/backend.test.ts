import type { Backend } from '@vardrop/core';
import { boundProgram, createBuilder, type Program } from '@vardrop/core/program';
import { GPU } from 'gpu.js';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { createGpujsBackend, type GpujsMode, type GpujsTensor } from '../src/index.js';

/** w ← w + s²·x, with the old w as output. */
function accumulate(size: number): Program {
  const b = createBuilder('accumulate');
  const s = b.input('s', [size]);
  const w = b.input('w', [2, size], 'carried');
  b.output('w', b.add(w, b.mul(b.mul(s, s), b.input('x', [2, size], 'iteration'))));
  b.output('old', w);
  return b.build();
}

describe.each(['webasm', 'cpu'] as const)('the backend in mode %s', (mode) => {
  let backend: Backend<GpujsTensor>;
  beforeAll(async () => {
    backend = await createGpujsBackend({ mode });
  });
  afterAll(() => backend.close());

  it('is named after the mode', () => expect(backend.name).toBe(`gpujs:${mode}`));

  it('hands out values and takes them in', async () => {
    const tensor = backend.wrap({ values: Float32Array.of(1, 2, 3, 4, 5, 6), shape: [2, 3] });
    expect(tensor.shape).toEqual([2, 3]);
    expect(await backend.native(tensor)).toEqual({ values: Float32Array.of(1, 2, 3, 4, 5, 6), shape: [2, 3] });
    expect(() => backend.wrap({ values: Float32Array.of(1, 2), shape: [3] })).toThrow(
      `[gpujs:${mode}] wrap: got 2 values for shape [3], needs 3.`,
    );
    backend.dispose(tensor);
  });

  it('refuses a tensor beyond the limit, naming both', async () => {
    const b = createBuilder('large');
    const x = b.input('x', [4097, 1]);
    b.output('y', b.reduceSum(b.add(x, b.input('w', [4097]))));
    await expect(backend.compile(boundProgram(b.build()))).rejects.toMatchObject({
      code: 'VARDROP_LIMITS',
      message: expect.stringMatching(/add.*\[4097,4097\].*16785409 elements.*at most 16777216/),
    });
  });

  it('keeps no kernels from run to run, and none that nobody needs', async () => {
    const alive: { readonly kernels: readonly unknown[]; readonly pipelines?: readonly unknown[] }[] = [];
    class Watched extends GPU {
      constructor(settings: ConstructorParameters<typeof GPU>[0]) {
        super(settings);
        alive.push(this as unknown as (typeof alive)[number]);
      }
    }
    const watched = await createGpujsBackend({ mode, GPU: Watched });
    const count = () => alive.map(({ kernels, pipelines }) => [kernels.length, pipelines?.length ?? 0])[0];
    const nothing = count();
    const executable = await watched.compile(boundProgram(accumulate(5000)));
    const s = watched.upload(new Float32Array(5000), [5000]);
    let w = watched.upload(new Float32Array(10_000), [2, 5000]);
    const counts: number[][] = [];
    for (let step = 0; step < 20; step++) {
      const { carried, outputs } = executable.run({ s, w }, [{ inputs: { x: w } }]);
      await watched.read(carried.w);
      for (const tensor of [w, ...Object.values(outputs[0])]) watched.dispose(tensor);
      w = carried.w;
      counts.push(count());
    }
    expect(counts[0][0]).toBeGreaterThan(nothing[0]);
    expect(counts[19]).toEqual(counts[0]);
    expect(watched.liveTensors()).toBe(2);
    executable.dispose();
    await expect.poll(count).toEqual(nothing);
    expect((await watched.read(w)).length).toBe(10_000);
    await watched.close();
  });

  it('says at read that gpu.js ran another mode, and goes on', async () => {
    const other: GpujsMode = mode === 'webasm' ? 'cpu' : 'webasm';
    class Elsewhere extends GPU {
      constructor() {
        super({ mode: other });
      }
    }
    const degraded = await createGpujsBackend({ mode, GPU: Elsewhere });
    const executable = await degraded.compile(boundProgram(accumulate(3)));
    const [s, w] = [degraded.upload(new Float32Array(3), [3]), degraded.upload(new Float32Array(6), [2, 3])];
    const { carried } = executable.run({ s, w }, [{ inputs: { x: w } }]);
    await expect(degraded.read(carried.w)).rejects.toMatchObject({
      code: 'VARDROP_DEGRADED',
      message: expect.stringContaining(`needs ${mode}`),
    });
    expect(await degraded.read(w)).toEqual(new Float32Array(6));
    await degraded.close();
    expect(degraded.liveTensors()).toBe(0);
    await expect(degraded.compile(boundProgram(accumulate(3)))).rejects.toMatchObject({ code: 'VARDROP_DISPOSED' });
  });
});

it('refuses modes that there are not, and lists what there is', async () => {
  await expect(createGpujsBackend({ mode: 'webgl' as GpujsMode })).rejects.toMatchObject({
    code: 'VARDROP_UNKNOWN_DEVICE',
    message: expect.stringContaining('got "webgl", needs one of webasm, webgpu, webgl2, cpu.'),
  });
});

it('refuses options that there are not', async () => {
  const wrong = { device: 'webasm' } as unknown as { mode: GpujsMode };
  await expect(createGpujsBackend(wrong)).rejects.toMatchObject({
    code: 'VARDROP_OPTION',
    message: expect.stringContaining("got 'device', needs names among mode, GPU, noise. Write mode: 'webasm'."),
  });
});

it('refuses webgl2 outside of browsers', async () => {
  await expect(createGpujsBackend({ mode: 'webgl2' })).rejects.toMatchObject({
    code: 'VARDROP_UNKNOWN_DEVICE',
    message: expect.stringContaining('Use mode "webasm"'),
  });
});

describe('webgpu', () => {
  afterEach(() => vi.unstubAllGlobals());

  it('is refused where there is none', async () => {
    vi.stubGlobal('navigator', {});
    await expect(createGpujsBackend({ mode: 'webgpu' })).rejects.toMatchObject({
      code: 'VARDROP_UNKNOWN_DEVICE',
      message: expect.stringContaining('needs a page, or a program, with `navigator.gpu`'),
    });
  });

  it('is refused where there is no device for it', async () => {
    vi.stubGlobal('navigator', { gpu: { requestAdapter: async () => null } });
    await expect(createGpujsBackend({ mode: 'webgpu' })).rejects.toMatchObject({
      code: 'VARDROP_UNKNOWN_DEVICE',
      message: expect.stringMatching(
        /where WebGPU does not run .*no adapter is available.* Use mode "webgl2" or "webasm"/,
      ),
    });
  });
});

it('refuses webgpu that gpu.js runs elsewhere', async () => {
  vi.stubGlobal('navigator', { gpu: {} });
  class Elsewhere extends GPU {
    constructor() {
      super({ mode: 'cpu' });
    }
  }
  await expect(createGpujsBackend({ mode: 'webgpu', GPU: Elsewhere })).rejects.toMatchObject({
    code: 'VARDROP_DEGRADED',
    message: expect.stringContaining('runs as cpu, needs webgpu'),
  });
  vi.unstubAllGlobals();
});

it('refuses webasm where there is no WebAssembly', async () => {
  class Without extends GPU {
    static override get isWebAssemblySupported() {
      return false;
    }
  }
  await expect(createGpujsBackend({ mode: 'webasm', GPU: Without })).rejects.toMatchObject({
    code: 'VARDROP_UNKNOWN_DEVICE',
  });
});
