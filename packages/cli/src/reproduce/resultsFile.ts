import { createHash } from 'node:crypto';
import { basename, join } from 'node:path';
import { VardropError } from '@vardrop/core';
import type { Experiment, Json } from '@vardrop/experiments';
import type { Configuration } from '../configuration.js';
import { fileReason } from '../files/fileReason.js';
import { readRegular } from '../files/openRegular.js';
import { writeOutput } from '../files/output.js';
import { experimentNames } from './experiments.js';

const format = 'vardrop experiment';
const version = 1;

/** The results of one experiment so far, and the file that keeps them. */
export interface ResultsFile {
  readonly path: string;
  readonly configuration: Configuration;
  /** By key of trial, in the order of the trials. */
  readonly results: ReadonlyMap<string, Json>;
  /**
   * Adds the result of a trial, and writes the whole file. Throws `VARDROP_EXPERIMENT_RESULT` for a result that could not be
   * read back.
   */
  add(key: string, result: Json): Promise<void>;
  /** Keeps a file beside the results. */
  save(name: string, bytes: Uint8Array): Promise<void>;
  /** A file that was saved with these results; undefined if it does not exist or was changed since. */
  load(name: string): Promise<Uint8Array | undefined>;
}

/**
 * Opens the results of an experiment, those of an earlier run with the same configuration included.
 *
 * @param directory the existing directory of `EXPERIMENT.json` and of the files that its trials save.
 * @param configuration the whole configuration: data, backend, and that of the experiment.
 * @throws VardropError `VARDROP_RESULTS_DIFFER` for results of another configuration, `VARDROP_RESULTS_VERSION` for those
 * of another version of this format, `VARDROP_RESULTS_CORRUPT` for any other file. Nothing is written.
 */
export async function openResults(
  directory: string,
  experiment: Experiment,
  configuration: Configuration,
): Promise<ResultsFile> {
  const path = join(directory, `${experiment.name}.json`);
  const earlier = await readEarlier(path, experiment, configuration);
  const results = new Map(Object.entries(earlier?.results ?? {}));
  const files = new Map(Object.entries(earlier?.files ?? {}));
  const ordered = () =>
    experiment.trials.flatMap(({ key }) => (results.has(key) ? [[key, results.get(key) as Json] as const] : []));
  const write = () => {
    const content = {
      format,
      version,
      experiment: experiment.name,
      configuration,
      files: Object.fromEntries([...files].sort(([a], [b]) => (a < b ? -1 : 1))),
      results: Object.fromEntries(ordered()),
    };
    return writeOutput({ option: '--output', path }, `${JSON.stringify(content, null, 1)}\n`);
  };
  return {
    path,
    configuration,
    get results() {
      return new Map(ordered());
    },
    add(key, result) {
      const trial = experiment.trials.find((each) => each.key === key);
      if (!trial?.accepts(result)) {
        throw new VardropError(
          'VARDROP_EXPERIMENT_RESULT',
          `[${experiment.name}] trial "${key}": got the result ${JSON.stringify(result)}, needs one that can be kept, of finite numbers. Try another backend, and tell us.`,
        );
      }
      results.set(key, result);
      return write();
    },
    async save(name, bytes) {
      await writeOutput({ option: '--output', path: artifactPath(directory, name) }, bytes);
      files.set(name, digest(bytes));
    },
    async load(name) {
      try {
        const bytes = await readRegular(artifactPath(directory, name));
        return files.get(name) === digest(bytes) ? bytes : undefined;
      } catch (cause) {
        if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
        throw unreadable(join(directory, name), cause);
      }
    },
  };
}

/** Whether a name, in lower case, is that of results or of a file that a trial saves: no other output may take it. */
export function isResultsName(name: string): boolean {
  return name.endsWith('.safetensors') || experimentNames.some((experiment) => name === `${experiment}.json`);
}

function artifactPath(directory: string, name: string): string {
  if (name !== basename(name) || /^\.|[\\:]/.test(name) || !isResultsName(name.toLowerCase()))
    throw new TypeError(`"${name}" is not a valid file name`);
  return join(directory, name);
}

function digest(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

interface StoredResults {
  readonly files: Readonly<Record<string, string>>;
  readonly results: Readonly<Record<string, Json>>;
}

async function readEarlier(
  path: string,
  experiment: Experiment,
  configuration: Configuration,
): Promise<StoredResults | undefined> {
  let text: string;
  try {
    text = Buffer.from(await readRegular(path)).toString();
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw unreadable(path, cause);
  }
  const remedy = 'Choose another --output, or remove the file';
  const needs = `results of ${experiment.name} that vardrop reproduce has written`;
  let stored: unknown;
  try {
    stored = JSON.parse(text);
  } catch (cause) {
    throw failure('CORRUPT', path, (cause as Error).message, needs, remedy);
  }
  if (!isRecord(stored) || stored.format !== format) throw failure('CORRUPT', path, 'other JSON', needs, remedy);
  if (stored.version !== version) {
    throw failure('VERSION', path, `version ${JSON.stringify(stored.version)}`, `version ${version}`, remedy);
  }
  if (stored.experiment !== experiment.name || !isRecord(stored.configuration)) {
    throw failure('CORRUPT', path, `results of ${JSON.stringify(stored.experiment)}`, needs, remedy);
  }
  const differing = differences(stored.configuration, configuration);
  if (differing.length > 0) {
    throw failure(
      'DIFFER',
      path,
      `results with ${differing.map(({ name, there }) => `${name} ${there}`).join(', ')}`,
      `${differing.map(({ name, here }) => `${name} ${here}`).join(', ')} to go on from`,
      `Choose another --output, remove the file, or give the options that it was made with`,
    );
  }
  const { files, results } = stored;
  const trials = new Map(experiment.trials.map((trial) => [trial.key, trial]));
  if (!isRecord(files) || !isRecord(results)) throw failure('CORRUPT', path, 'a file without results', needs, remedy);
  for (const [key, result] of Object.entries(results)) {
    const trial = trials.get(key);
    if (!trial) throw failure('CORRUPT', path, `a result of "${key}", which is not one of its trials`, needs, remedy);
    if (!trial.accepts(result as Json)) {
      throw failure('CORRUPT', path, `a result of "${key}" that this trial does not return`, needs, remedy);
    }
  }
  return { files: files as StoredResults['files'], results: results as StoredResults['results'] };
}

/** The differences of two configurations, as JSON. */
function differences(there: Readonly<Record<string, unknown>>, here: Configuration) {
  const write = (value: unknown) => (value === undefined ? 'absent' : canonical(value));
  return [...new Set([...Object.keys(here), ...Object.keys(there)])]
    .map((name) => ({ name, there: write(there[name]), here: write(here[name]) }))
    .filter((entry) => entry.there !== entry.here);
}

/** JSON with the names of objects in order. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_, each: unknown) =>
    isRecord(each) ? Object.fromEntries(Object.entries(each).sort(([a], [b]) => (a < b ? -1 : 1))) : each,
  );
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function unreadable(path: string, cause: unknown): VardropError {
  return failure('UNREADABLE', path, fileReason(cause), 'a regular file that can be read', 'Check its permissions');
}

function failure(code: string, path: string, got: string, needs: string, remedy: string): VardropError {
  return new VardropError(
    `VARDROP_RESULTS_${code}`,
    `[vardrop reproduce] --output: ${path}: got ${got}, needs ${needs}. ${remedy}.`,
  );
}
