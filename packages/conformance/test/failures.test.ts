import { type Builder, boundProgram, createBuilder, rewrite, type Value } from '@vardrop/core/program';
import { createReferenceBackend } from '@vardrop/core/reference';
import { describe, expect, it } from 'vitest';
import { checkNodes, formatFailures, laws, runLaw } from '../src/index.js';
import { createLedger } from '../src/ledger.js';

/** The reference, wrong in one operation. */
function wrongIn(op: string, wrong: (b: Builder, operands: readonly Value[]) => Value) {
  const backend = createReferenceBackend();
  return {
    ...backend,
    compile: (program: Parameters<typeof backend.compile>[0]) =>
      backend.compile(rewrite(program, (b, node, operands) => (node.op === op ? wrong(b, operands) : undefined))),
  };
}

describe('a failure', () => {
  it('tells the values that the wrong one is made of', async () => {
    const b = createBuilder('outer');
    const x = b.input('x', [4, 5]);
    const y = b.input('y', [5]);
    b.output('sum', b.add(x, y));
    const inputs = {
      x: Float32Array.from({ length: 20 }, (_, i) => 100 + i),
      y: Float32Array.from({ length: 5 }, (_, i) => i / 8),
    };
    // Wrong at one element only, the third of the last row.
    const backend = wrongIn('add', (c, [left, right]) =>
      c.selectGreater(
        left,
        116.5,
        c.selectGreater(117.5, left, c.sub(left, right), c.add(left, right)),
        c.add(left, right),
      ),
    );
    await expect(checkNodes(backend, boundProgram(b.build()), { inputs }, createLedger())).rejects.toThrow(
      /add \[4, 5\] at 17: got 116\.75, wanted 117\.25 ± .*\n {2}%0 at 17: 117, of \[100, .*, … 20 in all\]\n {2}%1 at 2: 0\.25, of \[0, 0\.125, 0\.25, 0\.375, 0\.5\]/,
    );
  });

  it('is shown with two more at most, and a count', async () => {
    const failures = Array.from({ length: 5 }, (_, i) => ({ property: `p${i}`, seed: 1, message: 'wrong' }));
    const text = formatFailures('primitives', failures, 'vardrop conformance --backend mine');
    expect(text.match(/^primitives\/p\d/gm)).toHaveLength(3);
    expect(text).toContain('primitives: 2 more properties fail, not shown.');
    expect(formatFailures('primitives', failures.slice(0, 3), 'x')).not.toContain('more');
    expect(formatFailures('primitives', failures.slice(0, 4), 'x')).toContain('1 more property fails');
  });

  it('names results that come back under other names, before anything else goes wrong with them', async () => {
    const backend = createReferenceBackend();
    const renaming = {
      ...backend,
      compile: async (program: Parameters<typeof backend.compile>[0]) => {
        const executable = await backend.compile(program);
        return {
          ...executable,
          run: (...given: Parameters<typeof executable.run>) => {
            const { carried, outputs } = executable.run(...given);
            const renamed = outputs.map((each) =>
              Object.fromEntries(Object.entries(each).map(([name, tensor]) => [`${name}!`, tensor])),
            );
            return { carried, outputs: renamed };
          },
        };
      },
    };
    const [primitives] = laws;
    const { failures } = await runLaw(primitives, renaming, { bail: true });
    expect(failures[0].message).toMatch(/outputs of iteration 0: got the names "node0!".*, wanted "node0"/);
    expect(backend.liveTensors()).toBe(0);
  });
});
