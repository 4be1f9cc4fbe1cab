import { describe, expect, test } from 'vitest';
import { createProgress, type Progress } from '../src/progress.js';
import { terminal } from './terminal.js';

const epoch = (number: number) => ({
  epoch: number,
  dataTerm: 0.4,
  kl: 123.45,
  objective: 0.5,
  validationError: 0.03,
  seconds: 1.5,
});

function runThrough(progress: Progress): void {
  progress.start({ name: 'variational-b', epochs: 2, stepsPerEpoch: 3 });
  for (const number of [1, 2]) {
    for (const step of [1, 2, 3]) progress.step({ epoch: number, step, objective: 0.6, kl: 120 });
    progress.epoch(epoch(number));
  }
  progress.stop();
}

describe('progress without a terminal', () => {
  test('is a line at the start and one an epoch', () => {
    let text = '';
    runThrough(createProgress({ write: (part) => (text += part) }, false));
    const lines = text.trimEnd().split('\n');
    expect(lines).toHaveLength(3);
    expect(lines[0]).toBe('variational-b: 2 epochs of 3 steps');
    expect(lines[1]).toMatch(
      /^epoch 1\/2 {2}loss 0\.5000 {2}KL 123\.5 {2}validation error 3\.00 % {2}1\.5 s {2}\d+ s left$/,
    );
    expect(lines[2]).toMatch(/^epoch 2\/2 .* 1\.5 s$/);
  });

  test('leaves out what is not measured', () => {
    let text = '';
    const progress = createProgress({ write: (part) => (text += part) }, false);
    progress.start({ name: 'none', epochs: 1, stepsPerEpoch: 1 });
    progress.epoch({ ...epoch(1), validationError: undefined });
    expect(text).not.toContain('validation');
  });
});

test('quiet progress shows notes only', () => {
  let text = '';
  const progress = createProgress({ isTTY: true, write: (part: string) => (text += part) }, true);
  runThrough(progress);
  progress.note('Stopping.');
  expect(text).toBe('Stopping.\n');
});

test('a note on a terminal takes the bar away, and nothing is written over it', () => {
  const { stream, text } = terminal();
  const progress = createProgress(stream, false);
  progress.start({ name: 'variational-b', epochs: 2, stepsPerEpoch: 3 });
  progress.step({ epoch: 1, step: 1, objective: 0.6, kl: 120 });
  text();
  progress.note('Stopping.');
  progress.step({ epoch: 1, step: 2, objective: 0.6, kl: 120 });
  progress.stop();
  expect(text()).toMatch(/\nStopping\.\n$/);
});

test('progress on a terminal is a bar that ends full and gives the cursor back', () => {
  const { stream, text: written } = terminal();
  runThrough(createProgress(stream, false));
  const text = written();
  expect(text).toContain('variational-b');
  expect(text).toMatch(/2\/2 {2}0 s left {2}loss 0\.5000 {2}KL 123\.5 {2}error 3\.00 %/);
  expect(text).toContain('\u001B[?25l');
  expect(text.lastIndexOf('\u001B[?25h')).toBeGreaterThan(text.lastIndexOf('\u001B[?25l'));
});
