import { afterEach, describe, expect, it } from 'vitest';
import { startWebgpu, type WebgpuPackage } from '../src/backends/startWebgpu.js';

/** A package whose WebGPU finds `adapter`. */
const packageWith = (adapter: object | null): WebgpuPackage => ({
  create: () => ({ requestAdapter: async () => adapter }),
  globals: { GPUThing: 7 },
});
const own = Object.getOwnPropertyDescriptor(globalThis, 'navigator');

afterEach(() => {
  if (own) {
    Object.defineProperty(globalThis, 'navigator', own);
    Reflect.deleteProperty(globalThis.navigator, 'gpu');
  } else Reflect.deleteProperty(globalThis, 'navigator');
  Reflect.deleteProperty(globalThis, 'GPUThing');
});

describe('startWebgpu', () => {
  it('puts WebGPU in place, once', async () => {
    await startWebgpu(async () => packageWith({}));
    const { gpu } = globalThis.navigator as { readonly gpu?: object };
    expect(gpu).toBeDefined();
    expect(globalThis).toHaveProperty('GPUThing', 7);
    await startWebgpu(async () => {
      throw new Error('is not to be loaded again');
    });
    expect((globalThis.navigator as { readonly gpu?: object }).gpu).toBe(gpu);
  });

  it('says which package is missing, and why it does not load', async () => {
    const load = async () => {
      throw new Error('GLIBCXX_3.4.31 not found\n  at somewhere');
    };
    await expect(startWebgpu(load)).rejects.toMatchObject({
      code: 'VARDROP_MISSING_PEER',
      message: expect.stringMatching(/GLIBCXX_3\.4\.31 not found\).*npm install webgpu@0\.6/),
    });
    expect(globalThis.navigator ?? {}).not.toHaveProperty('gpu');
  });

  it('leaves everything as it is without a graphics card', async () => {
    await expect(startWebgpu(async () => packageWith(null))).rejects.toMatchObject({ code: 'VARDROP_UNKNOWN_DEVICE' });
    expect(globalThis.navigator ?? {}).not.toHaveProperty('gpu');
    expect(globalThis).not.toHaveProperty('GPUThing');
  });
});
