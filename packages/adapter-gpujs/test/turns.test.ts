import { type BoundProgram, boundProgram, createBuilder, elementCount } from '@vardrop/core/program';
import { createReferenceBackend } from '@vardrop/core/reference';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createBackend } from '../src/backend.js';
import { lowerProgram } from '../src/lower/lowerProgram.js';
import type { KernelSource } from '../src/print/kernelSource.js';
import { checkCardLimits } from '../src/run/checkLimits.js';
import { loadGpu } from '../src/start/loadGpu.js';
import type { Runtime } from '../src/start/runtime.js';

const few = fc.integer({ min: 1, max: 3 });
const side = fc.integer({ min: 1, max: 9 });
const stride = fc.tuple(fc.integer({ min: 1, max: 2 }), fc.integer({ min: 1, max: 2 }));

/** Programs with long loops for their size. */
const programs: Readonly<Record<string, fc.Arbitrary<BoundProgram>>> = {
  reductions: fc
    .record({
      shape: fc.tuple(few, fc.integer({ min: 1, max: 400 }), few, fc.integer({ min: 1, max: 60 })),
      axes: fc.subarray([0, 1, 2, 3], { minLength: 1 }),
      max: fc.boolean(),
    })
    .map(({ shape, axes, max }) => {
      const b = createBuilder('reduction');
      const x = b.input('x', shape);
      const term = b.add(x, b.input('w', [shape[1], 1, 1]));
      b.output('y', max ? b.reduceMax(term, axes) : b.reduceSum(term, axes));
      return boundProgram(b.build());
    }),
  products: fc
    .record({
      batch: few,
      rows: few,
      columns: few,
      length: fc.integer({ min: 1, max: 2000 }),
      flags: fc.tuple(fc.boolean(), fc.boolean()),
    })
    .map(({ batch, rows, columns, length, flags: [transposeA, transposeB] }) => {
      const b = createBuilder('moments');
      const a = b.input('a', [batch, ...(transposeA ? [length, rows] : [rows, length])]);
      const w = (name: string) => b.input(name, transposeB ? [columns, length] : [length, columns]);
      const gamma = b.matmul(a, w('w'), { transposeA, transposeB });
      // Both moments share a loop.
      b.output(
        'y',
        b.sub(
          gamma,
          b.mul(b.matmul(b.mul(a, a), w('v'), { transposeA, transposeB }), b.input('noise', [rows, columns])),
        ),
      );
      return boundProgram(b.build());
    }),
  convolutions: fc
    .record({
      batch: fc.integer({ min: 1, max: 12 }),
      height: side,
      width: side,
      channels: few,
      filters: few,
      kh: side,
      kw: side,
      strides: stride,
      dilations: stride,
      groups: few,
    })
    .filter(({ width, kw, dilations }) => width > (kw - 1) * dilations[1])
    .map(({ batch, height, width, channels, filters, kh, kw, strides, dilations, groups }) => {
      const b = createBuilder('convolution');
      const padding = [kh > 1 ? 1 : 0, (kh - 1) * dilations[0], 0, kw > 1 ? 1 : 0] as const;
      const window = { strides, padding, dilations, groups };
      const x = b.input('x', [batch, height, width, channels * groups]);
      const filter = b.input('filter', [kh, kw, channels, filters * groups]);
      const y = b.conv2d(x, filter, window);
      const dy = b.input('dy', y.shape);
      b.output('y', b.mul(y, b.input('bias', [filters * groups])));
      b.output('image', b.conv2dInputGradient(filter, dy, x.shape, window));
      b.output('filters', b.conv2dFilterGradient(x, dy, filter.shape, window));
      return boundProgram(b.build());
    }),
  'rows of one number': fc
    .record({ rows: few, width: fc.constantFrom(1, 3, 9), count: fc.integer({ min: 1, max: 900 }) })
    .map(({ rows, width, count }) => {
      const b = createBuilder('rows');
      b.output('y', b.gatherGradient(b.input('indices', [count]), b.input('dy', [count, width]), [rows, width]));
      return boundProgram(b.build());
    }),
  pooling: fc
    .record({ height: side, width: side, channels: few, kh: side, kw: side, strides: stride })
    .filter(({ height, width, kh, kw }) => height + 1 >= kh && width + 1 >= kw && kh > 1 && kw > 1)
    .map(({ height, width, channels, kh, kw, strides }) => {
      const b = createBuilder('pooling');
      const window = { strides, padding: [1, 0, 0, 1] } as const;
      const x = b.input('x', [2, height, width, channels]);
      const pooled = b.maxPool2d(x, [kh, kw], window);
      b.output('y', pooled);
      b.output('gradient', b.maxPool2dGradient(x, b.input('dy', pooled.shape), [kh, kw], window));
      return boundProgram(b.build());
    }),
};

/** The turns that a thread makes: the source run as the JavaScript that it is, on operands that are 1 everywhere. */
function countTurns({ source, constants, inputs }: KernelSource): number {
  let turns = 0;
  const counting = source.replace(/; (i\d+) < /g, '; counted() && $1 < ');
  const make = new Function('counted', `return ${counting};`) as (
    counted: () => boolean,
  ) => (...operands: object[]) => number;
  const ones = new Proxy([], { get: () => 1 });
  const kernel = make(() => {
    turns++;
    return true;
  });
  kernel.call({ thread: { x: 0, y: 0, z: 0 }, constants }, ...inputs.map(() => ones));
  return turns;
}

describe('loops of many turns', () => {
  const reference = createReferenceBackend();
  let runtime: Runtime;
  beforeAll(async () => {
    runtime = await loadGpu('cpu');
  });
  afterAll(() => runtime.gpu.destroy());

  it.each(Object.keys(programs))('are shared out among threads, and %s stay exact', async (kind) => {
    await fc.assert(
      fc.asyncProperty(
        programs[kind],
        fc.integer({ min: 150, max: 400 }),
        fc.infiniteStream(fc.integer({ min: -3, max: 3 })),
        async (program, mostTurns, stream) => {
          const values = program.nodes.flatMap((node) =>
            node.op === 'input'
              ? [
                  [
                    node.name,
                    Float32Array.from({ length: elementCount(node.shape) }, () => stream.next().value),
                    node.shape,
                  ] as const,
                ]
              : [],
          );
          const run = async (backend: Pick<typeof reference, 'compile' | 'upload' | 'read' | 'dispose'>) => {
            const executable = await backend.compile(program);
            const inputs = Object.fromEntries(values.map(([name, own, shape]) => [name, backend.upload(own, shape)]));
            const outputs = Object.values(executable.run(inputs, [{}]).outputs[0]);
            const read = await Promise.all(outputs.map((each) => backend.read(each)));
            for (const each of [...outputs, ...Object.values(inputs)]) backend.dispose(each);
            executable.dispose();
            return read;
          };
          expect(await run(createBackend({ ...runtime, mostTurns }))).toEqual(await run(reference));
          for (const kernel of lowerProgram(program, 'webgl2', mostTurns).kernels) {
            expect(countTurns(kernel)).toBeLessThanOrEqual(kernel.turns);
            if (kind !== 'pooling') expect(kernel.turns).toBeLessThanOrEqual(mostTurns);
          }
        },
      ),
      { numRuns: 20 },
    );
  });

  it('names a window that is too long even so', () => {
    const b = createBuilder('long');
    b.output('y', b.maxPool2d(b.input('x', [1, 30_000, 1, 1]), [30_000, 1]));
    const program = boundProgram(b.build());
    expect(() =>
      checkCardLimits(
        'gpujs:webgl2',
        { textureSide: 4096, mostTurns: 65_535 },
        program,
        lowerProgram(program, 'webgl2', 65_535),
      ),
    ).toThrow(
      /\[gpujs:webgl2\] compile long: %1 \(maxPool2d\) \[1,1,1,1\]: got \d+ turns of loops in a thread, needs at most 65535 on this device/,
    );
  });
});
