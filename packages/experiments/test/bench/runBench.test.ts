import { type Backend, VardropError } from '@vardrop/core';
import { createReferenceBackend } from '@vardrop/core/reference';
import { describe, expect, it } from 'vitest';
import { type BenchOptions, runBench } from '../../src/bench/runBench.js';
import type { Workload } from '../../src/bench/workload.js';
import { createFakeClock } from './fakeClock.js';

const small: Workload = { name: 'small', widths: [6, 5, 3], batch: 2 };
const larger: Workload = { name: 'larger', widths: [6, 5, 3], batch: 4 };
const machine = { description: 'Imagined Processor', runtime: 'tests', cores: 1 };

/** A reference backend of which every `read` takes some milliseconds. */
function slowBackend(clock: { advance(milliseconds: number): void }, milliseconds: number) {
  const backend = createReferenceBackend();
  let closed = 0;
  const slow: Backend = {
    ...backend,
    read: async (tensor) => {
      clock.advance(milliseconds);
      return backend.read(tensor);
    },
    close: async () => {
      closed++;
      await backend.close();
    },
  };
  return { slow, closed: () => closed };
}

function optionsOf(others: Partial<BenchOptions>): BenchOptions {
  return { targets: [], workloads: [small, larger], repetitions: 3, warmup: 1, budgetSeconds: 60, machine, ...others };
}

describe('runBench', () => {
  it('times all variants of all workloads on every backend, and peers on the last', async () => {
    const clock = createFakeClock();
    const [quick, slow] = [slowBackend(clock, 1), slowBackend(clock, 5)];
    let memory = 0;
    let peerRuns = 0;
    const shares: number[] = [];
    const report = await runBench(
      optionsOf({
        clock,
        targets: [
          { name: 'quick', create: async () => quick.slow },
          { name: 'slow', create: async () => slow.slow },
          {
            name: 'absent',
            create: async () => {
              throw new VardropError('VARDROP_MISSING_PEER', '[absent] not installed.\nMore.');
            },
          },
        ],
        peers: [
          {
            name: 'by hand',
            create: async () => ({
              name: 'by hand',
              prepare: async () => ({
                run: async () => {
                  peerRuns++;
                  clock.advance(40);
                },
                dispose() {},
              }),
            }),
          },
        ],
        load: () => 0.25,
        memory: async () => ({ heap: memory++ }),
        onProgress: ({ share }) => shares.push(share),
      }),
    );
    expect(report).toMatchObject({
      version: 1,
      machine: { ...machine, load: { before: 0.25, after: 0.25 } },
      unavailable: [{ backend: 'absent', reason: '[absent] not installed.' }],
      leftOut: [],
      interrupted: false,
    });
    const of = (backend: string, workload: string, variant: string) =>
      report.results.find(
        (each) => [each.backend, each.workload, each.variant].join() === [backend, workload, variant].join(),
      );
    // A step reads the loss and its two terms; a product its total; a prediction two means or one.
    expect(of('quick', 'small', 'variational step')).toMatchObject({
      repetitions: 3,
      medianMs: 3,
      ratioToDeterministic: 1,
    });
    expect(of('slow', 'larger', 'deterministic step')?.medianMs).toBe(15);
    expect(of('slow', 'larger', 'variational products')?.medianMs).toBe(5);
    expect(of('slow', 'larger', 'variational step')?.matmulShare).toBeCloseTo(1 / 3, 12);
    expect(of('quick', 'small', 'mean prediction')?.medianMs).toBe(1);
    // The fake clock goes on with each read; a prediction from samples reads three tensors.
    expect(of('quick', 'small', 'sampled prediction')?.medianMs).toBe(3);
    // What does not depend on the batch is timed once.
    expect(of('quick', 'small', 'noise')).toBeUndefined();
    expect(of('quick', 'larger', 'noise')?.millionNormals).toBeCloseTo(1000, 9);
    expect(of('quick', 'larger', 'compilation')?.repetitions).toBe(3);
    expect(of('by hand', 'larger', 'variational step')?.medianMs).toBe(40);
    expect(of('by hand', 'small', 'variational step')).toBeUndefined();
    // To prepare, to warm up, and three times after one that leads in.
    expect(peerRuns).toBe(1 + 1 + 3 * 2);
    expect(report.recommendation?.split('\n')).toEqual([
      'To train on 4 rows at a time (“larger”): too few runs to tell: quick (3.0 ms) has 3, needs 6.',
      'To train on 2 rows at a time (“small”): too few runs to tell: quick (3.0 ms) has 3, needs 6.',
      'To predict 4 rows at a time (“larger”): too few runs to tell: quick (3.0 ms) has 3, needs 6.',
      'To predict 2 rows at a time (“small”): too few runs to tell: quick (3.0 ms) has 3, needs 6.',
    ]);
    const { memory: used } = report.backends[0];
    expect(used).toMatchObject({
      workload: 'larger',
      steps: 20,
      leakedTensors: 0,
      bytes: { heap: { before: 0, after: 1 } },
    });
    expect(used?.liveTensors.before).toBe(used?.liveTensors.after);
    expect([quick.closed(), slow.closed()]).toEqual([1, 1]);
    expect(shares.every((share, i) => share >= 0 && share <= 1 && (i === 0 || share >= shares[i - 1]))).toBe(true);
  }, 120_000);

  it('counts tensors that a backend keeps', async () => {
    const clock = createFakeClock();
    const backend = createReferenceBackend();
    let kept = 0;
    const leaking: Backend = { ...backend, liveTensors: () => backend.liveTensors() + kept++ };
    const report = await runBench(
      optionsOf({
        clock,
        workloads: [small],
        repetitions: 1,
        targets: [{ name: 'leaking', create: async () => leaking }],
        memory: async () => ({}),
      }),
    );
    expect(report.backends[0].memory).toMatchObject({ leakedTensors: 3 });
    const { before, after } = report.backends[0].memory?.liveTensors ?? { before: 0, after: 0 };
    expect(after - before).toBe(1);
  }, 120_000);

  it('leaves out a heavier workload that would exceed the budget', async () => {
    const clock = createFakeClock();
    const { slow } = slowBackend(clock, 1000);
    const report = await runBench(
      optionsOf({ clock, budgetSeconds: 5, repetitions: 2, targets: [{ name: 'slow', create: async () => slow }] }),
    );
    expect(report.leftOut.find(({ workload }) => workload === 'larger')).toMatchObject({
      backend: 'slow',
      variant: 'variational step',
      reason: 'over budget: about 3.0 s per run, 5.0 s for all',
    });
    expect(report.results.some(({ workload, variant }) => workload === 'small' && variant === 'variational step')).toBe(
      true,
    );
  }, 120_000);

  it.each([
    // Warm-up and two rounds of the workload, then of what does not depend on the batch.
    [1e6, 'ab'.repeat(3 + 3)],
    [0, 'ab'.repeat(1 + 3)],
  ])(
    'lets backends take turns up to a number of weights (%d)',
    async (weightsTogether, turns) => {
      let seen = '';
      const targets = ['a', 'b'].map((name) => ({
        name,
        create: async (): Promise<Backend> => {
          const backend = createReferenceBackend();
          const read: Backend['read'] = async (tensor) => {
            seen += name;
            return backend.read(tensor);
          };
          return { ...backend, read };
        },
      }));
      const clock = createFakeClock();
      await runBench(optionsOf({ clock, workloads: [small], repetitions: 2, warmup: 0, targets, weightsTogether }));
      expect(seen.replace(/(.)\1*/g, '$1')).toBe(turns);
    },
    120_000,
  );

  it('reports what it has when it is interrupted, and closes what it started', async () => {
    const controller = new AbortController();
    let pauses = 0;
    const clock = createFakeClock(() => {
      if (++pauses === 25) controller.abort();
    });
    const { slow, closed } = slowBackend(clock, 1);
    const report = await runBench(
      optionsOf({ clock, signal: controller.signal, targets: [{ name: 'b', create: async () => slow }] }),
    );
    expect(report.interrupted).toBe(true);
    expect(report.results.length).toBeGreaterThan(0);
    expect(report.results.every(({ workload }) => workload === 'small')).toBe(true);
    expect(closed()).toBe(1);
  }, 120_000);

  it('throws the reason of an interruption before anything was measured', async () => {
    const controller = new AbortController();
    const reason = new Error('enough');
    const clock = createFakeClock(() => controller.abort(reason));
    const { slow } = slowBackend(clock, 1);
    await expect(
      runBench(optionsOf({ clock, signal: controller.signal, targets: [{ name: 'b', create: async () => slow }] })),
    ).rejects.toBe(reason);
  });

  it('refuses to measure nothing', async () => {
    const create = async () => {
      throw new Error('no device');
    };
    await expect(runBench(optionsOf({ targets: [{ name: 'b', create }] }))).rejects.toMatchObject({
      code: 'VARDROP_NO_BACKEND',
      message: expect.stringContaining('b (no device)'),
    });
  });
});
