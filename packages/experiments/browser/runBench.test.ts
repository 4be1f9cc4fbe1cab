import { createReferenceBackend } from '@vardrop/core/reference';
import { expect, it } from 'vitest';
import { benchFindings, runBench } from '../src/index.js';

it('runs in a page, by the clock of the page', async () => {
  const shares: number[] = [];
  const report = await runBench({
    targets: [
      { name: 'reference', create: async () => createReferenceBackend() },
      { name: 'absent', create: () => Promise.reject(new Error('not in this page')) },
    ],
    workloads: [{ name: 'tiny', widths: [8, 6, 3], batch: 4 }],
    repetitions: 3,
    warmup: 1,
    budgetSeconds: 30,
    machine: { description: 'a page', runtime: navigator.userAgent, cores: navigator.hardwareConcurrency },
    onProgress: ({ share }) => shares.push(share),
  });
  expect(report.unavailable).toEqual([{ backend: 'absent', reason: 'not in this page' }]);
  expect(report.interrupted).toBe(false);
  const step = report.results.find(({ variant }) => variant === 'variational step');
  expect(step).toMatchObject({ backend: 'reference', workload: 'tiny', repetitions: 3 });
  expect(step?.medianMs).toBeGreaterThan(0);
  expect(shares.length).toBeGreaterThan(1);
  expect(shares).toEqual([...shares].sort((a, b) => a - b));
  expect(benchFindings(report).tables.length).toBeGreaterThan(0);
});
