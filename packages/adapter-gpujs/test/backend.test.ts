import { type Backend, createBuilder, type Program } from '@vardrop/core';
import { GPU } from 'gpu.js';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { createGpujsBackend, type GpujsMode, type GpujsTensor } from '../src/index.js';

/** w ← w + s²·x, with y = Σ w and w₀ = the old w as outputs. */
function accumulate(size: number): Program {
  const b = createBuilder('accumulate');
  const s = b.input('s', [size]);
  const x = b.input('x', [2, size], 'iteration');
  const w = b.input('w', [2, size], 'carried');
  const next = b.add(w, b.mul(b.mul(s, s), x));
  b.output('w', next);
  b.output('old', w);
  b.output('total', b.reduceSum(next));
  b.output('again', next);
  b.output('scale', s);
  return b.build();
}

describe.each(['webasm', 'cpu'] as const)('the backend in mode %s', (mode) => {
  let backend: Backend<GpujsTensor>;
  beforeAll(async () => {
    backend = await createGpujsBackend({ mode });
  });
  afterAll(() => backend.close());
  const upload = (value: number, shape: number[]) =>
    backend.upload(new Float32Array(shape.reduce((a, b) => a * b, 1)).fill(value), shape);
  const readFirst = async (tensor: Parameters<typeof backend.read>[0]) => {
    const values = await backend.read(tensor);
    expect(new Set(values).size).toBe(1);
    return values[0];
  };

  it('is named after the mode', () => expect(backend.name).toBe(`gpujs:${mode}`));

  // The larger one is spread over threads where the mode has them.
  it.each([3, 5000])('carries values of %i columns over iterations and gives distinct handles', async (size) => {
    const executable = await backend.compile(accumulate(size));
    const [s, w] = [upload(2, [size]), upload(1, [2, size])];
    const x = [upload(1, [2, size]), upload(3, [2, size])];
    const result = executable.run(
      { s, w },
      x.map((tensor) => ({ inputs: { x: tensor } })),
    );
    // What was passed in may go as soon as run has returned, and what is carried may be handed on before it is there.
    for (const tensor of x) backend.dispose(tensor);
    const again = executable.run({ s, w: result.carried.w }, [{ inputs: { x: w } }]);
    expect(await readFirst(result.carried.w)).toBe(17);
    expect(await readFirst(again.carried.w)).toBe(21);
    expect(await readFirst(result.outputs[0].old)).toBe(1);
    expect(await readFirst(result.outputs[1].old)).toBe(5);
    expect(await readFirst(result.outputs[1].again)).toBe(17);
    expect(await readFirst(result.outputs[1].scale)).toBe(2);
    expect((await backend.read(result.outputs[0].total))[0]).toBe(10 * size);
    expect(result.outputs[0].total.shape).toEqual([]);
    expect(result.outputs[0].w).toBeUndefined();
    const handles = [result, again].flatMap(({ carried, outputs }) => [
      ...Object.values(carried),
      ...outputs.flatMap((each) => Object.values(each)),
    ]);
    expect(new Set(handles).size).toBe(handles.length);
    for (const tensor of [s, w, ...handles]) backend.dispose(tensor);
    executable.dispose();
    expect(backend.liveTensors()).toBe(0);
  });

  it('lets nobody write to the values behind a handle but their owner', async () => {
    const executable = await backend.compile(accumulate(3));
    const given = Float32Array.of(2, 2, 2);
    const [s, w] = [backend.upload(given, [3]), upload(1, [2, 3])];
    given.fill(9);
    (await backend.read(s)).fill(9);
    const { carried, outputs } = executable.run({ s, w }, [{ inputs: { x: w } }]);
    (await backend.read(outputs[0].again)).fill(9);
    expect(await readFirst(carried.w)).toBe(5);
    for (const tensor of [s, w, carried.w, ...Object.values(outputs[0])]) backend.dispose(tensor);
    executable.dispose();
  });

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
    await expect(backend.compile(b.build())).rejects.toMatchObject({
      code: 'VARDROP_LIMITS',
      message: expect.stringMatching(/add.*\[4097,4097\].*16785409 elements.*at most 16777216/),
    });
  });

  it('refuses what has been disposed of, and what is not there', async () => {
    const executable = await backend.compile(accumulate(3));
    const [s, w] = [upload(2, [3]), upload(1, [2, 3])];
    const iterations = [{ inputs: { x: w } }];
    const live = backend.liveTensors();
    const refused = (run: () => unknown, code: string) => expect(run).toThrow(expect.objectContaining({ code }));
    refused(() => executable.run({ s }, iterations), 'VARDROP_INPUT');
    refused(() => executable.run({ s: w, w }, iterations), 'VARDROP_INPUT');
    refused(() => executable.run({ s, w, v: w }, iterations), 'VARDROP_INPUT');
    refused(() => executable.run({ s, w: { shape: [2, 3] } }, iterations), 'VARDROP_INPUT');
    expect(backend.liveTensors()).toBe(live);
    backend.dispose(s);
    refused(() => executable.run({ s, w }, iterations), 'VARDROP_DISPOSED');
    executable.dispose();
    refused(() => executable.run({ s, w }, iterations), 'VARDROP_DISPOSED');
    backend.dispose(w);
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
    const executable = await watched.compile(accumulate(5000));
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
    const executable = await degraded.compile(accumulate(3));
    const [s, w] = [degraded.upload(new Float32Array(3), [3]), degraded.upload(new Float32Array(6), [2, 3])];
    const { carried } = executable.run({ s, w }, [{ inputs: { x: w } }]);
    await expect(degraded.read(carried.w)).rejects.toMatchObject({
      code: 'VARDROP_DEGRADED',
      message: expect.stringContaining(`needs ${mode}`),
    });
    expect(await degraded.read(w)).toEqual(new Float32Array(6));
    await degraded.close();
    expect(degraded.liveTensors()).toBe(0);
    await expect(degraded.compile(accumulate(3))).rejects.toMatchObject({ code: 'VARDROP_DISPOSED' });
  });
});

it('refuses modes that there are not, and lists what there is', async () => {
  await expect(createGpujsBackend({ mode: 'webgl' as GpujsMode })).rejects.toMatchObject({
    code: 'VARDROP_UNKNOWN_DEVICE',
    message: expect.stringContaining('got "webgl", needs one of webasm, webgpu, webgl2, cpu.'),
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
