import type { DropoutName } from './dropoutModels.js';

/** The source of the published errors. */
export const publishedErrorsSource =
  'Kingma, Salimans & Welling 2015, figure 1a: MNIST, 60,000 training images, read off the plot within 0.02';

/** Units per layer of the published errors. */
export const publishedWidths: readonly number[] = [100, 250, 500, 750, 1000, 1250];

/** Published test errors in percent, one for each of `publishedWidths`. */
export const publishedErrors: Readonly<Record<DropoutName, readonly number[]>> = {
  none: [1.44, 1.3, 1.21, 1.18, 1.18, 1.18],
  binary: [2.16, 1.39, 1.22, 1.1, 1.02, 1.06],
  'gaussian-a': [2.4, 1.42, 1.18, 1.1, 1.03, 0.98],
  'variational-a': [1.42, 1.26, 1.12, 1.06, 1.02, 1.0],
  'variational-a2': [1.51, 1.21, 1.06, 0.95, 0.95, 0.93],
  'gaussian-b': [2.01, 1.46, 1.27, 1.26, 1.19, 1.27],
  'variational-b': [1.58, 1.37, 1.29, 1.22, 1.17, 1.21],
};
