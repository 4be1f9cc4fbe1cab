import {
  createPreprocessingFitter,
  type DataStream,
  type FitPreprocessingOptions,
  type PreprocessedRows,
  type Preprocessing,
  preprocess,
} from '@vardrop/core';
import { dataError } from './dataError.js';
import type { TableSource } from './tableSource.js';

/**
 * Learns a preprocessing from a table of any length, which is read once. Memory does not grow with rows. It is what
 * `fitPreprocessing` learns from the table in memory, bit for bit. Throws what `createPreprocessingFitter`, its methods and reading
 * throw.
 */
export async function fitPreprocessingTo(
  source: TableSource,
  options: FitPreprocessingOptions = {},
): Promise<Preprocessing> {
  const fitter = createPreprocessingFitter(options);
  for await (const block of source.blocks()) fitter.add(block);
  return fitter.finish();
}

/**
 * The rows of a table of any length as a network takes them. Each epoch reads the table anew, and needs memory for one block. Rows
 * are counted first, if the table has not been read yet or rows have weights. Batches throw what `preprocess` and reading throw, and `VARDROP_STREAM` if
 * there are more or fewer rows than before.
 */
export async function streamOf(
  source: TableSource,
  preprocessing: Preprocessing,
): Promise<DataStream<PreprocessedRows>> {
  const weightSum = preprocessing.weights === undefined ? undefined : await sumOfWeights(source, preprocessing);
  const rows = await source.rows();
  return {
    rows,
    ...(weightSum === undefined ? {} : { weightSum }),
    async *batches() {
      let read = 0;
      for await (const block of source.blocks()) {
        read += block.rows;
        yield preprocess(preprocessing, block);
      }
      if (read === rows) return;
      throw dataError(
        'VARDROP_STREAM',
        'streamOf',
        { file: source.name },
        {
          got: `${read} rows`,
          needs: `${rows}, as when they were counted. The file has changed.`,
        },
      );
    },
  };
}

/** The sum of the weights of all rows, row by row. */
async function sumOfWeights(source: TableSource, preprocessing: Preprocessing): Promise<number> {
  let sum = 0;
  for await (const block of source.blocks()) {
    const { weights = [] } = preprocess({ ...preprocessing, columns: [], targets: [] }, block);
    for (const weight of weights) sum += weight;
  }
  return sum;
}
