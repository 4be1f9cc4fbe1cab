import { readFile, writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { argv, version } from 'node:process';
import { pathToFileURL } from 'node:url';
import { version_core } from '@tensorflow/tfjs';
import { createTfjsBackend } from '@vardrop/adapter-tfjs';
import { fromCsv } from '@vardrop/data';
import { given, option } from './commandLine.js';
import { applies, methods, rates } from './tables/methods.js';
import { tableOf } from './tables/report.js';
import { tasks } from './tables/tasks.js';
import { measureTimes } from './tables/times.js';
import { runTrial, splitOf } from './tables/trial.js';
import '@tensorflow/tfjs-backend-wasm';

// Noise models on public tables, on tfjs:wasm: the test parts of random splits. After a build:
//   node benchmarks/src/tables.js [--tables cars,wine] [--splits 20] [--methods none,sparse] [--print] [--against linear] [--times]
// Tables that were run replace those of benchmarks/tables/results.json; with --print these are printed, and nothing is run. With
// --splits or --methods the results are printed alone. --times measures what each method costs on the first table.

const results = new URL('../tables/results.json', import.meta.url);

/** The method that the others are compared with. */
const against = option('--against', 'dropout');

/** @param {string} flag @param {readonly string[]} all */
function chosen(flag, all) {
  const names = option(flag, all.join(',')).split(',');
  const unknown = names.find((name) => !all.includes(name));
  if (unknown !== undefined) throw new Error(`[tables] ${flag}: got ${unknown}, needs some of ${all.join(', ')}.`);
  return names;
}

/** To five digits. @param {import('./tables/trial.js').Metrics} metrics */
const rounded = (metrics) =>
  Object.fromEntries(Object.entries(metrics).map(([name, value]) => [name, Number(value.toPrecision(5))]));

/**
 * The rate of dropout with the best NLL on the validation parts of the first splits. They have rows of the other splits' test parts,
 * which can only favour dropout.
 *
 * @param {import('@vardrop/core').Backend} backend
 * @param {import('./tables/tasks.js').Task} task
 * @param {readonly ReturnType<typeof splitOf>[]} splits
 */
async function chooseRate(backend, task, splits) {
  const losses = [];
  for (const rate of rates) {
    let sum = 0;
    for (const data of splits)
      sum += (await runTrial(backend, task, methods.dropout, data, { rate, part: 'validation' })).nll;
    losses.push(sum / splits.length);
  }
  return rates[losses.indexOf(Math.min(...losses))];
}

/** @param {string} name of a table */
async function read(name) {
  const source = await fromCsv(new URL(`../tables/${name}.csv`, import.meta.url));
  return source.table();
}

/**
 * All methods on one table.
 *
 * @param {import('@vardrop/core').Backend} backend
 * @param {string} name
 * @param {{ count: number, names: readonly string[] }} options
 */
async function runTable(backend, name, { count, names }) {
  const begin = performance.now();
  const task = tasks[name];
  const table = await read(name);
  const splits = Array.from({ length: count }, (_, seed) => splitOf(table, task, seed));
  const rate = await chooseRate(backend, task, splits.slice(0, 3));
  /** @type {Record<string, import('./tables/trial.js').Metrics[]>} */
  const trials = {};
  for (const method of names.filter((each) => applies(methods[each], task))) {
    trials[method] = [];
    for (const data of splits)
      trials[method].push(rounded(await runTrial(backend, task, methods[method], data, { rate, part: 'test' })));
  }
  const seconds = Math.round((performance.now() - begin) / 1000);
  return { processor: cpus()[0].model, node: version, tfjs: version_core, seconds, rate, trials };
}

async function readResults() {
  try {
    return JSON.parse(await readFile(results, 'utf8'));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return {};
    throw error;
  }
}

/** @param {string} name @param {Awaited<ReturnType<typeof runTable>>} result */
function print(name, { trials, rate, seconds }) {
  const count = Object.values(trials)[0].length;
  console.log(
    `\n**${name}**: ${tasks[name].about}; ${count} splits, dropout rate ${rate}, ${seconds} s\n\n${tableOf(trials, against)}`,
  );
}

async function main() {
  const tables = chosen('--tables', Object.keys(tasks));
  if (given('--print')) {
    const all = await readResults();
    for (const name of tables) print(name, all[name]);
    return;
  }
  const count = Number(option('--splits', '20'));
  const names = chosen('--methods', Object.keys(methods));
  if (!names.includes(against)) names.push(against);
  const backend = await createTfjsBackend({ device: 'wasm' });
  if (given('--times')) {
    const [name] = tables;
    console.table(await measureTimes(backend, tasks[name], methods, splitOf(await read(name), tasks[name], 0)));
    await backend.close();
    return;
  }
  for (const name of tables) {
    const result = await runTable(backend, name, { count, names });
    print(name, result);
    if (given('--splits') || given('--methods')) continue;
    await writeFile(results, `${JSON.stringify({ ...(await readResults()), [name]: result }, null, 1)}\n`);
  }
  await backend.close();
}

if (import.meta.url === pathToFileURL(argv[1] ?? '').href) await main();
