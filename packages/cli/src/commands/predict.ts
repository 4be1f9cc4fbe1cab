import { loadNetwork } from '@vardrop/core/node';
import { startBackend } from '../backends/startBackend.js';
import type { Predict } from '../commandTypes.js';
import { counted } from '../counted.js';
import { loadNetworkRows, namesOf } from '../data/networkRows.js';
import { samplesOf } from '../evaluation/evaluateTask.js';
import { predictionColumns, quantiles } from '../evaluation/predictionColumns.js';
import { csvOf } from '../files/csv.js';
import { writeOutput } from '../files/output.js';

/**
 * `vardrop predict`: predicts rows with a network file, and writes a table of the predictions. Nothing is written unless all of them are
 * there. The numbers are those of `network.predict` with the same samples and seed.
 *
 * @throws VardropError what `loadNetwork`, `loadNetworkRows` and `network.predict` throw.
 */
export const predictRows: Predict = async (options, stdout, stderr) => {
  const { seed } = options;
  const backend = await startBackend('vardrop predict', options.backend);
  try {
    const network = await loadNetwork(options.network, { backend });
    const samples = samplesOf(network, options.samples);
    const read = await loadNetworkRows('vardrop predict', network, options.data);
    for (const note of read.notes) stderr.write(`${note}\n`);
    const isNumbers = read.kind === 'table' && network.preprocessing?.targets.every(({ kind }) => kind !== 'category');
    const predicted = await network.predict(read.kind === 'table' ? read.table : read.inputs, {
      samples,
      seed,
      ...(isNumbers && { quantiles }),
    });
    const columns = predictionColumns('vardrop predict', predicted, namesOf(network));
    const names = read.kind === 'images' && read.names ? [{ name: 'image', values: read.names }] : [];
    const rows = read.kind === 'table' ? read.table.rows : read.rows;
    await writeOutput({ option: '--output', path: options.output }, csvOf([...names, ...columns], rows));
    stdout.write(`${options.output}: predictions of ${counted(rows, 'row')}, ${counted(samples, 'sample')}\n`);
  } finally {
    await backend.close();
  }
};
