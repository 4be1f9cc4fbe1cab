import { boundProgram, createBuilder, type Program } from '@vardrop/core/program';
import { describe, expect, it } from 'vitest';
import type { GpujsMode } from '../src/gpujs/mode.js';
import { lowerProgram } from '../src/lower/lowerProgram.js';
import { checkCardLimits } from '../src/run/checkLimits.js';
import type { Runtime } from '../src/start/runtime.js';

const roomy = { hardware: true, tensorBytes: 2 ** 30, groups: 65535 };

const check = (mode: GpujsMode, limits: object, program: Program) => () =>
  checkCardLimits(`gpujs:${mode}`, limits as Runtime, boundProgram(program), lowerProgram(boundProgram(program), mode));

function twice(shape: readonly number[]): Program {
  const b = createBuilder('twice');
  const x = b.input('x', shape);
  b.output('y', b.add(x, x));
  b.output('z', b.mul(x, x));
  return b.build();
}

describe('limits of graphics cards', () => {
  it('have room for what fits', () => {
    expect(check('webgpu', { device: roomy }, twice([100, 200]))).not.toThrow();
    expect(check('webgl2', { textureSide: 4096 }, twice([4096, 4095]))).not.toThrow();
  });

  it('names a tensor with too many bytes', () => {
    expect(check('webgpu', { device: { ...roomy, tensorBytes: 79_999 } }, twice([100, 200]))).toThrow(
      expect.objectContaining({
        code: 'VARDROP_LIMITS',
        message:
          '[gpujs:webgpu] compile twice: %1 (add) [100,200]: got 80000, needs at most 79999 bytes in one storage buffer of this device. Use a smaller batch.',
      }),
    );
  });

  it('names inputs that no kernel makes', () => {
    const b = createBuilder('sum');
    b.output('y', b.reduceSum(b.input('x', [1000])));
    expect(check('webgpu', { device: { ...roomy, tensorBytes: 3999 } }, b.build())).toThrow(
      /%0 \(x\) \[1000\]: got 4000, needs at most 3999 bytes/,
    );
  });

  it('names what takes too many threads', () => {
    const b = createBuilder('wide');
    const x = b.input('x', [1, 600_000]);
    b.output('y', b.add(x, b.input('column', [2, 1])));
    expect(check('webgpu', { device: roomy }, b.build())).toThrow(
      /\(add\) \[2,600000\]: got 600000, needs at most 524280 threads in a row/,
    );
  });

  it('has threads in depth lie along the height where there is no room', () => {
    const b = createBuilder('deep');
    b.output('y', b.add(b.input('x', [70_000, 1, 2]), b.input('w', [70_000, 3, 1])));
    const program = b.build();
    const { kernels } = lowerProgram(boundProgram(program), 'webgpu');
    expect(kernels.map(({ output }) => output)).toContainEqual([2, 210_000]);
    expect(check('webgpu', { device: roomy }, program)).not.toThrow();
  });

  it.each([
    [65_537, 9, 2],
    [100, 70_000, 2],
    [600_001, 3],
  ])('has more rows than threads in height lie in several planes: %s × %s', (...shape) => {
    const b = createBuilder('rows');
    const column = [...shape.slice(0, -1), 1];
    b.output('y', b.add(b.input('x', shape), b.input('w', column)));
    const program = b.build();
    const [{ source, output, constants, inputs }] = lowerProgram(boundProgram(program), 'webgpu').kernels;
    expect(output.length).toBe(3);
    expect(check('webgpu', { device: roomy }, program)).not.toThrow();
    // The source is JavaScript: run on operands whose elements are their indices, the second one's times seven.
    const kernel = new Function(`return ${source};`)() as (...operands: object[]) => number;
    const indices = [1, 7].map((times) => new Proxy([], { get: (_, index) => times * Number(index) }));
    const operands = inputs.map((id) => indices[id]);
    const size = shape.reduce((product, n) => product * n, 1);
    const columns = shape[shape.length - 1];
    for (let i = 0; i < size; i += i < 100 || i > size - 100 ? 1 : 997) {
      const [width, height] = output;
      const thread = { x: i % width, y: Math.floor(i / width) % height, z: Math.floor(i / (width * height)) };
      expect(kernel.call({ thread, constants }, ...operands)).toBe(Math.fround(i + 7 * Math.floor(i / columns)));
    }
  });

  it('names a tensor too large for a texture', () => {
    expect(check('webgl2', { textureSide: 2048 }, twice([2049, 2049]))).toThrow(
      /%1 \(add\) \[2049,2049\]: got \d+, needs at most 2048 texels in width and height of a texture/,
    );
  });
});
