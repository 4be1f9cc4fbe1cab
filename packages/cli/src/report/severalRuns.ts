/** What several runs of one command are. */
export type Several = 'comparison' | 'folds' | 'ensemble';

/** How reports speak of them. */
interface Words {
  /** Heading of the page. */
  readonly title: string;
  /** Heading of the section, and name of the table. */
  readonly heading: string;
  /** Heading of the first column. */
  readonly one: string;
  /** What the last run is, in a line of text. */
  readonly last: string;
  /** What the detailed part is of, after "In detail:"; the noise model where undefined. */
  readonly detail?: string;
  readonly about: string;
}

/** The words of each kind. */
export const severalWords: Readonly<Record<Several, Words>> = {
  comparison: {
    title: 'Comparison of noise models',
    heading: 'Noise models side by side',
    one: 'noise',
    last: 'The last of the noise models',
    about: 'All runs share data, seed and settings, the noise model apart.',
  },
  folds: {
    title: 'Cross-validation',
    heading: 'Folds',
    one: 'fold',
    last: 'The last of the folds',
    detail: 'the last fold',
    about:
      'Each row is for testing once, with a network that was trained on all other folds. Folds share rows for training, so that their deviation says little about other data.',
  },
  ensemble: {
    title: 'Training report of an ensemble',
    heading: 'Members and their ensemble',
    one: 'network',
    last: 'All of them together',
    detail: 'the ensemble',
    about:
      'Members share data and settings, and differ by their seeds. The ensemble predicts with the average of all of them. Learning curves, noise and KL are those of the last member that was trained.',
  },
};
