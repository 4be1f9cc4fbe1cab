import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createTrialProgress, type TrialProgress } from '../src/reproduce/trialProgress.js';
import { terminal } from './terminal.js';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance', 'Date'] });
});
afterEach(() => {
  vi.useRealTimers();
});

/** Two trials of which the second is three times the work, after one of an earlier run; a unit of work takes 30 s. */
function runThrough(progress: TrialProgress): void {
  progress.start(10, 6);
  progress.trial('toy: short', 1);
  vi.advanceTimersByTime(30_000);
  progress.share(1);
  progress.trial('toy: long', 3);
  vi.advanceTimersByTime(45_000);
  progress.share(0.5);
  vi.advanceTimersByTime(45_000);
  progress.share(1);
  progress.stop();
}

describe('progress of trials', () => {
  test('without a terminal is a line now and then, with the time left from the costs', () => {
    let text = '';
    runThrough(createTrialProgress({ write: (part) => (text += part) }, false));
    expect(text.split('\n')).toEqual([
      '60 %  toy: short  – left',
      '70 %  toy: short  1 min 30 s left',
      '85 %  toy: long  45 s left',
      '100 %  toy: long  0 s left',
      '',
    ]);
  });

  test('on a terminal is a bar that gives the cursor back', () => {
    const { stream, text: written } = terminal();
    runThrough(createTrialProgress(stream, false));
    const text = written();
    expect(text).toContain(' 60 %  – left');
    expect(text).toMatch(/ 85 % {2}45 s left {2}toy: long/);
    expect(text.lastIndexOf('\u001B[?25h')).toBeGreaterThan(text.lastIndexOf('\u001B[?25l'));
  });

  test('a note takes the bar away', () => {
    const { stream, text } = terminal();
    const progress = createTrialProgress(stream, false);
    progress.start(2, 0);
    progress.trial('toy', 2);
    text();
    progress.note('Stopping.');
    progress.share(0.5);
    progress.stop();
    expect(text()).toMatch(/\nStopping\.\n$/);
  });

  test('that is quiet shows notes only', () => {
    let text = '';
    const progress = createTrialProgress({ isTTY: true, write: (part: string) => (text += part) }, true);
    runThrough(progress);
    progress.note('Stopping.');
    expect(text).toBe('Stopping.\n');
  });
});
