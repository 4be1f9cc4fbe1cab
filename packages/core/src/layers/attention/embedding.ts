import { checkOptionNames } from '../../checkOptionNames.js';
import { VardropError } from '../../errors.js';
import { defineLayer } from '../defineLayer.js';
import type { Layer } from '../layer.js';
import { buildLinearPart, checkLinearOptions, partParameters } from '../linearPart.js';
import { partMoments } from '../partMoments.js';
import { checkPositive } from '../window.js';
import { type TableOptions, tableMap, tableOptionNames } from './tableMap.js';

/** Options of an embedding. */
export interface EmbeddingOptions extends TableOptions {
  /** Number of rows, such as words: inputs are whole numbers from 0 to `rows − 1`. At most 2²⁴. */
  readonly rows: number;
  /** Length of a row. */
  readonly units: number;
}

/** The most rows whose numbers float32 holds. */
const mostRows = 2 ** 24;

/**
 * Rows of a learned table `weights` `[rows, units]`, read by their numbers: whole numbers `[batch, …]` → `[batch, …, units]`. Rows
 * start as N(0, 1), so that their units have the variance that later layers expect.
 *
 * It is the product of one-hot vectors with the table, and has noise as such. Noise on the inputs drops whole rows: one factor for
 * each row and datapoint, which repeated words of a datapoint share (Gal & Ghahramani 2016). Independent weight noise under
 * `localReparametrization` is drawn for each word that is read, with the row's mean and variance. That is the law of the weights
 * where a row occurs once in a datapoint. Repeated rows then have independent noise; `singleSample`, `separateSamples` and
 * `flipout` give them the same. `separateSamples` and `flipout`, and noise on the inputs that is drawn for each datapoint, compute
 * `rows` numbers for each word.
 *
 * Throws `VARDROP_LAYER` unless `rows` and `units` are positive integers, `rows` at most 2²⁴; `VARDROP_OPTION` for unknown options;
 * `VARDROP_COMBINATION` (when built) for noise, estimator and divergence that cannot be combined. Numbers that are not rows are
 * refused with the data.
 */
export function embedding(options: EmbeddingOptions): Layer {
  checkOptionNames('embedding', options, { rows: true, units: true, ...tableOptionNames }, elsewhere);
  const { rows, units } = options;
  checkPositive('embedding', 'rows', rows);
  checkPositive('embedding', 'units', units);
  if (rows > mostRows) {
    throw new VardropError(
      'VARDROP_LAYER',
      `[embedding] rows: got ${rows}, needs at most ${mostRows}: float32 holds no larger row numbers exactly. Map rare words to one row.`,
    );
  }
  checkLinearOptions('embedding', options);
  return defineLayer({
    kind: 'embedding',
    name: options.name,
    recipe: { part: 'embedding', options },
    withUnits: (count) => embedding({ ...options, units: count }),
    build(name, [index], defaults) {
      const part = buildLinearPart(
        name,
        {
          weightShape: [rows, units],
          map: tableMap({ rows, units, index, repeats: true }),
          initializer: { kind: 'normal', deviation: 1 },
          bias: false,
        },
        options,
        defaults,
      );
      return {
        name,
        kind: 'embedding',
        inputShapes: [index],
        outputShape: [...index, units],
        parameters: partParameters([part]),
        parts: [part],
        indexRows: rows,
        outputPart: '',
        apply: (b, [x], parameters, mode) => b.label(part.apply(b, x, parameters, mode), 'output'),
        moments: (b, [x], parameters, mode) => partMoments(b, name, part, x, parameters, mode),
      };
    },
  });
}

const elsewhere = {
  inputDim: 'Write rows.',
  outputDim: 'Write units.',
  numEmbeddings: 'Write rows.',
  embeddingDim: 'Write units.',
  embeddingsInitializer: 'Write initializer.',
  embeddingsRegularizer: 'The divergence of the noise regularizes: write divergence.',
  maskZero: 'Pass a mask to the layers that read the sequence.',
  paddingIdx: 'Pass a mask to the layers that read the sequence.',
} as const;
