import {
  compareMeasurements,
  formatFailures,
  type LawResult,
  laws,
  type Measurements,
  measure,
  openBackend,
  parseReplay,
  suiteJson,
} from '@vardrop/conformance';
import { VardropError } from '@vardrop/core';
import type { ConformanceCommandOptions } from '../arguments/conformanceCommand.js';
import { backendFactory } from '../backends/backendFactory.js';
import type { ConformanceOutcome } from '../commandTypes.js';
import { runLawsApart } from '../conformance/runLawsApart.js';
import { createStatus } from '../conformance/status.js';
import { writeOutput } from '../files/output.js';
import type { ProgressStream } from '../progress.js';
import { acrossTable, lawHeading, lawLine, smallestEffects } from '../report/conformanceTable.js';

/** The streams that the command prints to. */
interface Output {
  write(text: string): unknown;
}

/**
 * `vardrop conformance`: runs the laws on a backend, or compares backends, and prints a table. When `signal` aborts, it ends with
 * the laws so far; a comparison throws the signal's reason.
 *
 * @throws VardropError `VARDROP_BACKEND_MODULE` for a module that cannot be loaded or exports no factory,
 * `VARDROP_BACKEND_FACTORY` for a factory that throws, hangs or makes something else, `VARDROP_REPLAY` for a case that
 * does not exist.
 */
export async function conformance(
  options: ConformanceCommandOptions,
  stdout: Output,
  stderr: ProgressStream,
  signal: AbortSignal,
): Promise<ConformanceOutcome> {
  return options.across ? compareAll(options, stdout, signal) : tryLaws(options, stdout, stderr, signal);
}

async function tryLaws(
  options: ConformanceCommandOptions,
  stdout: Output,
  stderr: ProgressStream,
  signal: AbortSignal,
): Promise<ConformanceOutcome> {
  const { effort, json, timeout } = options;
  const replay = options.replay === undefined ? undefined : parseReplay(options.replay);
  const [name] = options.targets;
  const chosen = replay ? [replay.law] : (options.law ?? laws.map(({ id }) => id));
  const found: LawResult[] = [];
  const status = createStatus(stderr);
  status.show('starting');
  let seed: number;
  try {
    seed = await runLawsApart(
      {
        target: name,
        laws: chosen,
        effort,
        seed: replay?.seed ?? options.seed,
        replay: replay?.replay,
        caseTimeout: timeout * 1000,
      },
      {
        onCase: (law, property) => status.show(`${law}: ${property}`),
        onResult: (law) => {
          status.clear();
          if (found.length === 0) stdout.write(lawHeading());
          found.push(law);
          stdout.write(lawLine(law));
        },
      },
      signal,
    );
  } finally {
    status.clear();
  }
  const result = { backend: name, effort, seed, laws: found };
  const notRun = chosen.filter((id) => found.every((law) => law.id !== id));
  if (replay && notRun.length === 0 && result.laws.every(({ cases }) => cases === 0)) {
    throw new VardropError(
      'VARDROP_REPLAY',
      `[vardrop conformance] --replay: got "${replay.replay.property}", which is not a property of the law ${replay.law}. Copy the line that a failure prints.`,
    );
  }
  const command = `vardrop conformance --backend ${name}${effort === 'quick' ? '' : ` --effort ${effort}`}`;
  for (const { id, failures } of found) {
    if (failures.length > 0) stdout.write(`\n${formatFailures(id, failures, command)}\n`);
  }
  stdout.write(smallestEffects(result.laws));
  if (json !== undefined) {
    await writeOutput(
      { option: '--json', path: json },
      `${JSON.stringify({ ...suiteJson(result), notRun }, null, 2)}\n`,
    );
  }
  const failed = result.laws.filter((law) => law.failed > 0);
  const stopped = notRun.length === 0 ? '' : `; stopped before the end of ${notRun.join(', ')}`;
  stdout.write(
    `\n${name}, effort ${effort}, seed ${result.seed}: ${result.laws.length - failed.length} of ${result.laws.length} laws hold${stopped}\n`,
  );
  return { held: failed.length === 0, interrupted: notRun.length > 0 };
}

async function compareAll(
  options: ConformanceCommandOptions,
  stdout: Output,
  signal: AbortSignal,
): Promise<ConformanceOutcome> {
  const { targets, seed, timeout, json } = options;
  const measurements: Measurements[] = [];
  for (const name of targets) {
    signal.throwIfAborted();
    const backend = await openBackend(name, await backendFactory('vardrop conformance', name), timeout * 1000);
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
  const held = pairs.flat().every(({ gradientVariance, kl }) => gradientVariance.ratio <= 1 && kl.ratio <= 1);
  return { held, interrupted: false };
}
