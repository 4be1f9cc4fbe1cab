import {
  type BoundProgram,
  type Builder,
  boundProgram,
  createBuilder,
  elementCount,
  type Value,
} from '@vardrop/core/program';
import { evaluate } from '@vardrop/core/reference';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createVariant, variants } from './devices.js';

type Pick = (count: number) => number;

/**
 * A random program whose values are all small integers, so that float32 has no rounding and any order of summation
 * gives the same: what a backend computes has to equal the reference, however nodes are grouped.
 */
function integerProgram(pick: Pick): BoundProgram {
  const b = createBuilder('integers');
  const [m, n] = [
    [3, 5],
    [4, 4],
    [1, 7],
    [90, 130],
    [9, 1],
  ][pick(5)];
  const shapes = [[m, n], [n], [m, 1], [], [m, n]];
  const values: Value[] = shapes.map((shape, i) => b.input(`x${i}`, shape, i % 2 ? 'shared' : 'iteration'));
  const any = () => values[pick(values.length)];
  /** Keeps products and sums within the integers of float32. */
  const bounded = (x: Value) => b.max(b.min(x, 8), -8);
  const steps: ((b: Builder) => Value)[] = [
    () => b.add(any(), values[0]),
    () => b.sub(values[4], any()),
    () => bounded(b.mul(any(), values[0])),
    () => b.max(any(), pick(3) - 1),
    () => b.min(b.neg(any()), values[1]),
    () => b.selectGreater(any(), 0, values[0], values[4]),
    () => b.abs(any()),
    () => bounded(b.reduceSum(any())),
    () => bounded(b.reduceSum(b.add(any(), values[0]), [0])),
    () => b.reduceMax(b.sub(any(), values[0]), [1], true),
    () => bounded(b.matmul(values[0], b.broadcast(any(), [m, n]), { transposeB: true })),
    () => bounded(b.matmul(values[4], b.broadcast(any(), [m, n]), { transposeA: true })),
    () => b.broadcast(values[2], [m, n]),
  ];
  const fits = (x: Value) => {
    const [rows, columns] = [x.shape[x.shape.length - 2] ?? 1, x.shape[x.shape.length - 1] ?? 1];
    return x.shape.length <= 2 && [1, m].includes(rows as number) && [1, n].includes(columns as number);
  };
  const length = 3 + pick(20);
  for (let i = 0; i < length; i++) {
    const value = steps[pick(steps.length)](b);
    if (fits(value)) values.push(bounded(value));
    else b.output(`square${i}`, value);
  }
  b.output('last', values[values.length - 1]);
  for (let i = 0; i < 4; i++) b.output(`y${i}`, any());
  return boundProgram(b.build());
}

describe.each(variants)('random programs on %s', async (variant) => {
  const backend = await createVariant(variant);
  it('equal the reference', async () => {
    await fc.assert(
      fc.asyncProperty(fc.infiniteStream(fc.nat(1000)), async (numbers) => {
        const program = integerProgram((limit) => numbers.next().value % limit);
        const inputs: Record<string, Float32Array> = {};
        const shared: Record<string, ReturnType<typeof backend.upload>> = {};
        const given: Record<string, ReturnType<typeof backend.upload>> = {};
        for (const node of program.nodes) {
          if (node.op !== 'input') continue;
          const size = elementCount(node.shape);
          inputs[node.name] = Float32Array.from({ length: size }, (_, i) => ((i * 7 + size + (i >> 3)) % 7) - 3);
          (node.role === 'shared' ? shared : given)[node.name] = backend.upload(inputs[node.name], node.shape);
        }
        const executable = await backend.compile(program);
        const [outputs] = executable.run(shared, [{ inputs: given }]).outputs;
        const expected = evaluate(program, { inputs });
        for (const [name, tensor] of Object.entries(outputs)) {
          // Adding 0 makes −0 and 0 the same.
          const actual = Array.from(await backend.read(tensor), (y) => y + 0);
          expect(actual, name).toEqual(Array.from(expected[name], (y) => y + 0));
        }
        executable.dispose();
        for (const tensor of [outputs, shared, given].flatMap((record) => Object.values(record)))
          backend.dispose(tensor);
        expect(backend.liveTensors()).toBe(0);
      }),
      { numRuns: 150, seed: 1 },
    );
  }, 60_000);

  it('run long chains and wide sums', async () => {
    const b = createBuilder('long');
    const x = b.input('x', [3, 6]);
    const wide = Array.from({ length: 150 }, (_, i) => b.input(`w${i}`, [3, 6]));
    let chain: Value = x;
    for (let i = 0; i < 600; i++) chain = i % 2 ? b.sub(chain, x) : b.add(chain, 1);
    b.output('chain', chain);
    b.output(
      'wide',
      wide.reduce((sum, each) => b.add(sum, each)),
    );
    const values = Float32Array.from({ length: 18 }, (_, i) => i % 5);
    const program = boundProgram(b.build());
    const inputs = Object.fromEntries(['x', ...wide.map((_, i) => `w${i}`)].map((name) => [name, values]));
    const tensors = Object.fromEntries(Object.keys(inputs).map((name) => [name, backend.upload(values, [3, 6])]));
    const executable = await backend.compile(program);
    const [outputs] = executable.run(tensors, [{}]).outputs;
    const expected = evaluate(program, { inputs });
    for (const name of ['chain', 'wide']) expect([...(await backend.read(outputs[name]))]).toEqual([...expected[name]]);
    for (const tensor of [...Object.values(tensors), ...Object.values(outputs)]) backend.dispose(tensor);
    executable.dispose();
  });
});
