import { duration, significant } from './format.js';
import type { TriedNetwork } from './trainingReport.js';

/** Headings of a table of what a search has tried. */
export const searchHeadings = ['trial', 'noise', 'KL weight', 'learning rate', 'validation NLL', 'time'] as const;

/** @returns the rows of that table, the best network first. */
export function searchRows(tried: readonly TriedNetwork[]): readonly (readonly string[])[] {
  return [...tried]
    .sort((a, b) => a.validationNll - b.validationNll || a.trial - b.trial)
    .map(({ trial, noise, klWeight, learningRate, validationNll, seconds }) => [
      `${trial + 1}`,
      noise,
      significant(klWeight),
      significant(learningRate),
      Number.isFinite(validationNll) ? significant(validationNll, 4) : 'diverged',
      duration(seconds),
    ]);
}
