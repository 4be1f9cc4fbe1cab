import { beforeAll, describe, expect, it } from 'vitest';
import { bindBatch } from '../../src/program/bindBatch.js';
import { boundProgram } from '../../src/program/boundProgram.js';
import { createBuilder, type Value } from '../../src/program/builder.js';
import { gradients } from '../../src/program/differentiate.js';
import { expand } from '../../src/program/expand.js';
import { fuse } from '../../src/program/fuse.js';
import { hostNoise } from '../../src/program/hostNoise.js';
import { print } from '../../src/program/print.js';
import type { Program } from '../../src/program/program.js';
import { simplify } from '../../src/program/simplify.js';
import { splitInvariant } from '../../src/program/splitInvariant.js';
import { validate } from '../../src/program/validate.js';
import { createReferenceBackend } from '../../src/reference/index.js';

/** Long enough that a recursion overflows the stack, and that time that grows with the square of the length is minutes. */
const length = 100_000;

/** `v ← tanh(v), v + s, …`, so that one node is read by half of all nodes; its loss, and the gradient if asked for. */
function chain(nodes: number, differentiated = false): Program {
  const b = createBuilder('chain');
  const x = b.input('x', ['batch', 2], 'iteration');
  const shared = b.tanh(b.input('s', [], 'iteration'));
  let value: Value = x;
  for (let i = 0; i < nodes; i += 2) value = b.add(b.tanh(value), shared);
  const loss = b.reduceSum(value);
  b.output('loss', loss);
  if (differentiated) b.output('gradient', gradients(b, loss, [x])[0]);
  return b.build();
}

describe(`a chain of ${length} nodes`, () => {
  let program: Program;
  beforeAll(() => {
    program = bindBatch(chain(length), 3);
  });

  it('is built and validated', () => expect(() => validate(program)).not.toThrow());
  it('is simplified, and stays as it is', () => expect(simplify(program)).toEqual(program));
  it('is expanded', () => expect(expand(program, ['tanh']).nodes.length).toBe(program.nodes.length));
  it('is printed', () => expect(print(program).split('\n').length).toBeGreaterThan(length));
  it('is rewritten for noise of the host', () =>
    expect(hostNoise(boundProgram(program)).program.nodes.length).toBe(program.nodes.length));
  it('is split', () => expect(splitInvariant(boundProgram(program)).each).toBe(program));
  it.each([
    { inputs: Number.POSITIVE_INFINITY, outputs: 1 },
    { inputs: 4, outputs: 4 },
  ])('is fused into one kernel and what comes before it, with limits %j', (limits) => {
    const { kernels } = fuse(program, limits);
    expect(kernels.map(({ kind, nodes }) => [kind, nodes.length])).toEqual([
      ['elementwise', 1],
      ['reduction', length + 1],
    ]);
  });
  it('is evaluated', async () => {
    const backend = createReferenceBackend();
    const executable = await backend.compile(boundProgram(program));
    const x = backend.upload(Float32Array.of(1, 2, 3, 4, 5, 6), [3, 2]);
    const s = backend.upload(Float32Array.of(0), []);
    const [{ loss }] = executable.run({}, [{ inputs: { x, s } }]).outputs;
    expect(Number.isFinite((await backend.read(loss))[0])).toBe(true);
    await backend.close();
  });
});

describe(`a chain of ${length / 20} nodes and its gradient`, () => {
  let program: Program;
  beforeAll(() => {
    program = bindBatch(chain(length / 20, true), 3);
  });

  it('is simplified', () => expect(simplify(program).nodes.length).toBeLessThan(program.nodes.length));
  it('is fused', () => {
    const { kernels } = fuse(simplify(program), { inputs: 7, outputs: 1 });
    expect(kernels.length).toBeLessThan(length / 10);
  });
});
