import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import {
  compareMeasurements,
  formatFailure,
  laws,
  type Measurements,
  measure,
  openBackend,
  parseReplay,
  runSuite,
  selectLaws,
  suiteJson,
} from '@vardrop/conformance';
import { type Backend, VardropError } from '@vardrop/core';
import { type ConformanceCommandOptions, isModulePath } from '../arguments/conformanceCommand.js';
import { type BackendName, backends } from '../choices.js';
import { writeOutput } from '../files/output.js';
import { acrossTable, lawHeading, lawLine, smallestEffects } from '../report/conformanceTable.js';
import { createBackend } from '../training/createBackend.js';

/** What the command prints to. */
interface Output {
  write(text: string): unknown;
}

/**
 * `vardrop conformance`: tries the laws on a backend, or compares backends, and prints a table.
 *
 * @returns whether everything held.
 * @throws VardropError `VARDROP_BACKEND_MODULE` for a module that cannot be loaded or exports no factory,
 * `VARDROP_BACKEND_FACTORY` for a factory that throws, hangs or makes something else, `VARDROP_REPLAY` for a case that
 * does not exist.
 */
export async function conformance(options: ConformanceCommandOptions, stdout: Output): Promise<boolean> {
  return options.across ? compareAll(options, stdout) : tryLaws(options, stdout);
}

async function tryLaws(options: ConformanceCommandOptions, stdout: Output): Promise<boolean> {
  const { effort, json, timeout } = options;
  const replay = options.replay === undefined ? undefined : parseReplay(options.replay);
  const [name] = options.targets;
  const create = await factoryOf(name);
  const chosen = replay ? selectLaws(laws, [replay.law]) : options.law ? selectLaws(laws, options.law) : laws;
  const caseTimeout = timeout * 1000;
  let headed = false;
  const result = await runSuite({
    name,
    create,
    createTimeout: caseTimeout,
    caseTimeout,
    effort,
    seed: replay?.seed ?? options.seed,
    replay: replay?.replay,
    laws: chosen,
    onResult: (law) => {
      if (!headed) stdout.write(lawHeading());
      headed = true;
      stdout.write(lawLine(law));
    },
  });
  if (replay && result.laws.every(({ cases }) => cases === 0)) {
    throw new VardropError(
      'VARDROP_REPLAY',
      `[vardrop conformance] --replay: got "${replay.replay.property}", which is no property of the law ${replay.law}. Copy the line that a failure prints.`,
    );
  }
  const command = `vardrop conformance --backend ${name}${effort === 'quick' ? '' : ` --effort ${effort}`}`;
  for (const { id, failures } of result.laws) {
    for (const failure of failures) stdout.write(`\n${formatFailure(id, failure, command)}\n`);
  }
  stdout.write(smallestEffects(result.laws));
  if (json !== undefined) {
    await writeOutput({ option: '--json', path: json }, `${JSON.stringify(suiteJson(result), null, 2)}\n`);
  }
  const failed = result.laws.filter((law) => law.failed > 0);
  stdout.write(
    `\n${name}, effort ${effort}, seed ${result.seed}: ${result.laws.length - failed.length} of ${result.laws.length} laws hold\n`,
  );
  return failed.length === 0;
}

async function compareAll(options: ConformanceCommandOptions, stdout: Output): Promise<boolean> {
  const { targets, seed, timeout, json } = options;
  const measurements: Measurements[] = [];
  for (const name of targets) {
    const backend = await openBackend(name, await factoryOf(name), timeout * 1000);
    try {
      measurements.push(await measure(name, backend, seed));
    } finally {
      await backend.close();
    }
  }
  const pairs = measurements.map((first) => measurements.map((second) => compareMeasurements(first, second)));
  stdout.write(acrossTable('gradient variance', targets, pairs, ({ gradientVariance }) => gradientVariance));
  stdout.write(acrossTable('KL', targets, pairs, ({ kl }) => kl));
  if (json !== undefined) {
    await writeOutput({ option: '--json', path: json }, `${JSON.stringify({ backends: targets, pairs }, null, 2)}\n`);
  }
  return pairs.flat().every(({ gradientVariance, kl }) => gradientVariance.ratio <= 1 && kl.ratio <= 1);
}

/** The factory of a backend by its name, or the one that a module exports. */
async function factoryOf(target: string): Promise<() => Promise<Backend> | Backend> {
  if (!isModulePath(target)) {
    const name = backends.find((each) => each === target) as BackendName;
    return () => createBackend(name);
  }
  const refuse = (got: string, remedy: string, cause?: unknown): never => {
    throw new VardropError(
      'VARDROP_BACKEND_MODULE',
      `[vardrop conformance] ${target}: got ${got}, needs a module that exports a function which creates a backend. ${remedy}.`,
      { cause },
    );
  };
  let module: Readonly<Record<string, unknown>>;
  try {
    module = await import(pathToFileURL(resolve(target)).href);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return refuse(`an error (${reason.split('\n')[0]})`, 'Check the path and what it imports', error);
  }
  const functions = Object.entries(module).filter(([, value]) => typeof value === 'function');
  const named = functions.filter(([name]) => /^create.*Backend$/.test(name));
  const candidates = named.length > 0 ? named : functions;
  if (candidates.length !== 1) {
    const names = candidates.map(([name]) => name).join(', ') || 'no function';
    return refuse(names, 'Export one function whose name is like createMyBackend');
  }
  return candidates[0][1] as () => Promise<Backend>;
}
