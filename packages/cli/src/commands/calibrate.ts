import {
  conformal,
  type Dataset,
  isotonic,
  type Network,
  selective,
  temperatureScaling,
  VardropError,
} from '@vardrop/core';
import { loadNetwork } from '@vardrop/core/node';
import type { CalibrateCommandOptions } from '../arguments/calibrateCommand.js';
import { startBackend } from '../backends/startBackend.js';
import type { Calibrate } from '../commandTypes.js';
import { counted } from '../counted.js';
import { labelledRows, loadNetworkRows, namesOf } from '../data/networkRows.js';
import type { Rows } from '../data/taskData.js';
import { evaluateTask, samplesOf } from '../evaluation/evaluateTask.js';
import { writeOutput } from '../files/output.js';
import { measuresOf, type TestMeasures } from '../report/measures.js';
import { printTable } from '../report/printTable.js';

/**
 * `vardrop calibrate`: calibrates a network file with rows that it was not trained on, and writes another. What it does is measured on rows
 * that it was not calibrated with: each half of the rows with what the other half gives. The network that is written has all of them.
 *
 * @throws VardropError what `loadNetwork`, `loadNetworkRows` and the methods throw.
 */
export const calibrateNetwork: Calibrate = async (options, stdout, stderr) => {
  const backend = await startBackend('vardrop calibrate', options.backend);
  try {
    const network = await loadNetwork(options.network, { backend });
    const samples = samplesOf(network, options.samples);
    const read = await loadNetworkRows('vardrop calibrate', network, options.data);
    for (const note of read.notes) stderr.write(`${note}\n`);
    const rows = labelledRows('vardrop calibrate', options.data, read);
    const note = (text: string) => void stderr.write(`${text}\n`);
    const calibrated = await calibrate(network, rows.data, { ...options, samples }, note);
    const about = { task: namesOf(network), preprocessing: network.preprocessing };
    const measured = await crossMeasured(network, rows, { ...options, samples }, async (fitted, part) => {
      const { measures } = await evaluateTask(fitted, part, about, { samples, seed: options.seed });
      return measures;
    });
    await writeOutput({ option: '--output', path: options.output }, calibrated.toBytes());
    stdout.write(`${options.output}: ${options.method}, from ${counted(rows.rows, 'row')}\n\n`);
    stdout.write(`${describe(measured)}\n`);
  } finally {
    await backend.close();
  }
};

/** The network that a method makes of rows. */
function calibrate(
  network: Network,
  data: Dataset,
  { method, coverage, score, byClass, randomized, measure, samples, seed }: CalibrateCommandOptions,
  note: (text: string) => void = () => {},
): Promise<Network> {
  const common = { data, samples, seed, onWarning: ({ message }: { readonly message: string }) => note(message) };
  switch (method) {
    case 'temperature':
      return temperatureScaling(network, common);
    case 'isotonic':
      return isotonic(network, common);
    case 'conformal':
      return conformal(network, { ...common, ...given({ coverage, score, byClass, randomized }) });
    case 'selective':
      return selective(network, { ...common, ...given({ coverage, measure }) });
  }
}

/** Without the options that were left out. */
function given<Options extends object>(options: Options): Partial<Options> {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as Partial<Options>;
}

/** Measures before and after, means over both halves of the rows. */
interface Measured {
  readonly before: TestMeasures;
  readonly after: TestMeasures;
}

/**
 * Measures each half of the rows, by the network and by what the other half makes of it. Undefined where the halves are too few.
 */
async function crossMeasured(
  network: Network,
  rows: Rows,
  options: CalibrateCommandOptions,
  measure: (fitted: Network, part: Rows) => Promise<TestMeasures>,
): Promise<Measured | undefined> {
  if (rows.rows < 2) return undefined;
  const [even, odd] = [0, 1].map((parity) => everySecond(rows, parity));
  try {
    const fitted = [await calibrate(network, odd.data, options), await calibrate(network, even.data, options)];
    const before = meanOf([await measure(network, even), await measure(network, odd)]);
    return { before, after: meanOf([await measure(fitted[0], even), await measure(fitted[1], odd)]) };
  } catch (error) {
    // Half of the rows may be too few where all of them are enough.
    if (error instanceof VardropError) return undefined;
    throw error;
  }
}

function meanOf([first, second]: readonly TestMeasures[]): TestMeasures {
  return Object.fromEntries(
    Object.entries(first).map(([key, value]) => [key, (value + (second[key as keyof TestMeasures] ?? Number.NaN)) / 2]),
  );
}

/** The rows with even or odd numbers. */
function everySecond({ data, rows }: Rows, parity: number): Rows {
  const indices = Array.from({ length: rows }, (_, row) => row).filter((row) => row % 2 === parity);
  const gather = (values: ArrayLike<number>): Float32Array => {
    const width = values.length / rows;
    const gathered = new Float32Array(indices.length * width);
    indices.forEach((row, i) => {
      for (let column = 0; column < width; column++) gathered[i * width + column] = values[row * width + column];
    });
    return gathered;
  };
  const { inputs, targets, weights } = data;
  return {
    data: { inputs: gather(inputs), targets: gather(targets), ...(weights && { weights: gather(weights) }) },
    rows: indices.length,
  };
}

/** Measures before and after as a table. */
function describe(measured: Measured | undefined): string {
  if (measured === undefined) return 'Too few rows to measure it on rows that it was not calibrated with.';
  const was = new Map(measuresOf(measured.before).map(({ key, text }) => [key, text]));
  return printTable({
    title: 'Measured on rows that it was not calibrated with: each half with what the other half gives',
    columns: ['', 'before', 'after'],
    rows: measuresOf(measured.after).map(({ key, name, text }) => [name, was.get(key) ?? '–', text]),
  });
}
