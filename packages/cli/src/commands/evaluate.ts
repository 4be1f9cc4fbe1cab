import { loadNetwork } from '@vardrop/core/node';
import { startBackend } from '../backends/startBackend.js';
import type { Evaluate } from '../commandTypes.js';
import { labelledRows, loadNetworkRows, namesOf } from '../data/networkRows.js';
import { evaluateTask, samplesOf } from '../evaluation/evaluateTask.js';
import { writeOutput } from '../files/output.js';
import { printMeasures } from '../report/summary.js';

/**
 * `vardrop evaluate`: measures a network file on rows with targets, and prints the measures.
 *
 * @throws VardropError `VARDROP_TASK` for images without classes, and what `loadNetwork`, `loadNetworkRows` and `evaluate` throw.
 */
export const evaluateRows: Evaluate = async (options, stdout, stderr) => {
  const { seed, json } = options;
  const backend = await startBackend('vardrop evaluate', options.backend);
  try {
    const network = await loadNetwork(options.network, { backend });
    const samples = samplesOf(network, options.samples);
    const read = await loadNetworkRows('vardrop evaluate', network, options.data);
    for (const note of read.notes) stderr.write(`${note}\n`);
    const rows = labelledRows('vardrop evaluate', options.data, read);
    const about = { task: namesOf(network), preprocessing: network.preprocessing };
    const { measures } = await evaluateTask(network, rows, about, { samples, seed });
    if (json !== undefined) {
      const content = { ...measures, rows: rows.rows, samples, seed, backend: options.backend };
      await writeOutput({ option: '--json', path: json }, `${JSON.stringify(content, null, 2)}\n`);
    }
    stdout.write(`${printMeasures(measures, read.kind === 'table' ? 'row' : 'image')}\n`);
  } finally {
    await backend.close();
  }
};
