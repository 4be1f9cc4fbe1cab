import { execFile } from 'node:child_process';
import { cpus } from 'node:os';
import { argv, resourceUsage } from 'node:process';
import { setTimeout as wait } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { createTfjsBackend } from '@vardrop/adapter-tfjs';
import { dense, fit, gaussian, sequential, variationalDropout } from '@vardrop/core';
import { given, option } from './commandLine.js';
import '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';

// What data that are read in blocks cost against data in memory, on tfjs:wasm. After a build:
//   node benchmarks/src/streaming.js [--rows 100000,10000000] [--rounds 5]

const columns = 8;

/** @param {number} units */
const network = (units) =>
  sequential({
    input: [columns],
    noise: variationalDropout({ type: 'B', alpha: 'input' }),
    layers: [dense({ units, activation: 'relu' }), dense({ units: 1 })],
    likelihood: gaussian(),
  });

/** A block of made-up rows. @param {number} first @param {number} rows */
function block(first, rows) {
  const inputs = Float32Array.from({ length: rows * columns }, (_, i) => Math.sin((first * columns + i) * 12.9898));
  const targets = Float32Array.from({ length: rows }, (_, row) => inputs[row * columns] * inputs[row * columns + 1]);
  return { inputs, targets };
}

/** A stream of made-up rows. @param {number} rows @param {number} length of a block @param {number} milliseconds before each */
const stream = (rows, length, milliseconds = 0) => ({
  rows,
  async *batches() {
    for (let first = 0; first < rows; first += length) {
      if (milliseconds > 0) await wait(milliseconds);
      yield block(first, Math.min(length, rows - first));
    }
  },
});

const backend = await createTfjsBackend({ device: 'wasm' });

/** Seconds of one epoch. @param {Omit<import('@vardrop/core').FitOptions, 'backend'>} options @param {number} units */
async function epoch(options, units) {
  const { history } = await fit(network(units), { backend, epochs: 1, ...options });
  return history[0].seconds;
}

/** Median seconds of each of some ways to train an epoch, in turns. @param {Record<string, () => Promise<number>>} ways @param {number} rounds */
async function inTurns(ways, rounds) {
  const names = Object.keys(ways);
  /** @type {Record<string, number[]>} */
  const seconds = Object.fromEntries(names.map((name) => [name, []]));
  for (let round = 0; round <= rounds; round++)
    for (const name of names) {
      const one = await ways[name]();
      // The first round compiles.
      if (round > 0) seconds[name].push(one);
    }
  const median = (/** @type {number[]} */ values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
  return Object.fromEntries(names.map((name) => [name, Number(median(seconds[name]).toFixed(3))]));
}

/** Time of the same rows in memory and in a stream. @param {number} rounds */
async function compareTimes(rounds) {
  const rows = 100_000;
  const data = block(0, rows);
  /** The rows are there, so that only the reading itself is compared. */
  const blocks = {
    rows,
    *batches() {
      for (let first = 0; first < rows; first += 1000)
        yield {
          inputs: data.inputs.subarray(first * columns, (first + 1000) * columns),
          targets: data.targets.subarray(first, first + 1000),
        };
    },
  };
  const options = { batch: 500, shuffle: 10_000 };
  return inTurns(
    {
      memory: () => epoch({ ...options, data }, 256),
      stream: () => epoch({ ...options, data: blocks }, 256),
    },
    rounds,
  );
}

/** Whether reading ahead hides a source that waits 5 ms for each batch. @param {number} rounds */
function comparePrefetch(rounds) {
  const rows = 50_000;
  const batch = 500;
  const options = { batch, shuffle: false };
  return inTurns(
    {
      'no waiting': () => epoch({ ...options, data: stream(rows, batch) }, 512),
      '5 ms a batch, read ahead': () => epoch({ ...options, data: stream(rows, batch, 5) }, 512),
      '5 ms a batch, not read ahead': () => epoch({ ...options, data: stream(rows, batch, 5), prefetch: 0 }, 512),
    },
    rounds,
  );
}

async function main() {
  if (given('--memory')) {
    const rows = Number(option('--memory', '1'));
    await epoch({ data: stream(rows, 1000), batch: 1000 }, 8);
    console.log(resourceUsage().maxRSS / 1024);
    return;
  }
  const rounds = Number(option('--rounds', '5'));
  console.log(`${cpus()[0].model}, tfjs:wasm. Seconds of an epoch, median of ${rounds} in turns.`);
  console.table([await compareTimes(rounds)]);
  console.table([await comparePrefetch(rounds)]);
  console.log('Largest memory of a process that trains an epoch of a stream, MiB:');
  for (const rows of option('--rows', '100000,10000000').split(',')) {
    const { stdout } = await promisify(execFile)(process.execPath, [argv[1], '--memory', rows]);
    console.log(`${rows} rows: ${Number(stdout).toFixed(0)}`);
  }
}

if (import.meta.url === pathToFileURL(argv[1] ?? '').href) {
  await main();
  await backend.close();
}
