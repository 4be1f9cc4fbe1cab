import { VardropError } from '@vardrop/core';
import * as random from '@vardrop/core/random';
import { type NoiseName, noises } from '../choices.js';
import { counted } from '../counted.js';
import { likelihoodOf } from '../data/task.js';
import { fileReason } from '../files/fileReason.js';
import { lineLog } from '../files/lineLog.js';
import { readRegular } from '../files/openRegular.js';
import type { LayerPlan } from '../layers/layerPlan.js';
import type { TriedNetwork } from '../report/trainingReport.js';
import { defaultTrialsFile, type TrainOptions } from '../trainOptions.js';
import { buildNetwork } from './network.js';
import type { PlannedRun, RunSurroundings } from './trainAndTest.js';
import { trainNetwork } from './trainNetwork.js';

/** What a trial may choose: ends of ranges, in which logarithms are uniform. */
const ranges = { klWeight: [0.003, 1], learningRate: [0.0005, 0.02] } as const;

/** Noise that a trial may choose. */
const notSearched: readonly NoiseName[] = ['variational-b', 'gaussian-b', 'structured'];
const searched = noises.filter((noise) => !notSearched.includes(noise));

/** The best of the networks that were tried, and all of them. */
export interface Search {
  readonly best: PlannedRun;
  readonly tried: readonly TriedNetwork[];
}

/**
 * Searches at random over noise, KL weight and learning rate, for the least validation NLL after the last epoch. What was given on the
 * command line stays as it is. Trial i of a seed is the same whatever the number of trials. The results are kept in a file; the same
 * command goes on from there.
 *
 * @throws VardropError `VARDROP_TRIALS` without validation rows, or for a file of another search.
 */
export async function searchNetworks(planned: PlannedRun, layers: LayerPlan, around: RunSurroundings): Promise<Search> {
  const { options, data } = planned;
  const { trials = 1, trialsFile, given = [] } = options;
  const path = trialsFile ?? defaultTrialsFile;
  if (!data.validation) refuse(path, `no validation ${data.one}s`, 'some to choose by. Give more data');
  const about = JSON.parse(JSON.stringify(configurationOf(options, around.digest)));
  const kept = await readTrials(path, about);
  const log = lineLog({ option: '--trials-file', path });
  const tried: TriedNetwork[] = [];
  try {
    if (kept === undefined) await log.write({ type: 'search', ...about });
    for (let trial = 0; trial < trials; trial++) {
      const choice = chooseTrial(options, given, trial);
      const known = kept?.get(trial);
      const result = known ?? (await tryNetwork(planned, choice, layers, { ...around, trial }));
      if (result === undefined) throw stopped(around, path, trial, trials);
      if (!known) await log.write({ type: 'trial', ...result });
      tried.push(result);
    }
  } finally {
    await log.close();
  }
  const best = tried.reduce((least, each) => (each.validationNll < least.validationNll ? each : least));
  if (!Number.isFinite(best.validationNll))
    refuse(path, 'no trial that ended with a finite NLL', 'one. Lower --learning-rate');
  const { noise, klWeight, learningRate } = best;
  const chosen = { ...options, noise: noise as NoiseName, klWeight, learningRate };
  return { best: { ...planned, label: noise, options: chosen, model: modelOf(chosen, planned, layers) }, tried };
}

function stopped({ ui, signal }: RunSurroundings, path: string, done: number, trials: number): unknown {
  ui.note(`${done} of ${counted(trials, 'trial')} are kept in ${path}. The same command goes on from there.`);
  return signal.reason;
}

type Choice = Pick<TrainOptions, 'noise' | 'klWeight' | 'learningRate'>;

/** What a trial tries, by the seed and its number alone. */
function chooseTrial(options: TrainOptions, given: readonly string[], trial: number): Choice {
  const draws = random.uniform(random.foldIn(random.key(options.seed), trial), 3);
  const within = ([least, most]: readonly [number, number], draw: number) =>
    Number((least * (most / least) ** draw).toPrecision(4));
  const drawn: Choice = {
    noise: searched[Math.min(searched.length - 1, Math.floor(draws[0] * searched.length))],
    klWeight: within(ranges.klWeight, draws[1]),
    learningRate: within(ranges.learningRate, draws[2]),
  };
  const fixed = Object.entries(options).filter(([name]) => name in drawn && given.includes(name));
  return { ...drawn, ...Object.fromEntries(fixed) };
}

const modelOf = (options: TrainOptions, { data }: PlannedRun, layers: LayerPlan) =>
  buildNetwork(
    { ...options, layers },
    { inputs: data.inputs, outputs: data.task.outputs, image: data.image },
    likelihoodOf(data.task),
  );

/** @returns undefined where it was interrupted. A training that diverges has an infinite NLL. */
async function tryNetwork(
  planned: PlannedRun,
  choice: Choice,
  layers: LayerPlan,
  { trial, ...around }: RunSurroundings & { readonly trial: number },
): Promise<TriedNetwork | undefined> {
  const started = performance.now();
  const options = { ...planned.options, ...choice };
  const done = (validationNll: number): TriedNetwork => {
    const { noise, klWeight, learningRate } = choice;
    return { trial, noise, klWeight, learningRate, validationNll, seconds: (performance.now() - started) / 1000 };
  };
  if (around.signal.aborted) return undefined;
  const quiet = { ...around, log: { ...around.log, epoch: async () => {} } };
  try {
    const name = `trial ${trial + 1}`;
    const model = modelOf(options, planned, layers);
    const { stopped, epochs } = await trainNetwork(model, { ...quiet, data: planned.data, options, name });
    if (stopped === 'aborted') return undefined;
    return done(epochs.at(-1)?.validationNll ?? Number.POSITIVE_INFINITY);
  } catch (error) {
    if (error instanceof VardropError && error.code === 'VARDROP_NON_FINITE_LOSS')
      return done(Number.POSITIVE_INFINITY);
    throw error;
  }
}

/** What decides the result of a trial beside its number. */
function configurationOf(options: TrainOptions, digest: string) {
  const { backend, layers, epochs, batch, seed, alpha, estimator, divergence, rate, likelihood, given = [] } = options;
  const fixed = (['noise', 'klWeight', 'learningRate'] as const).filter((name) => given.includes(name));
  const own = Object.fromEntries(fixed.map((name) => [name, options[name]]));
  const all = { backend, layers, epochs, batch, seed, alpha, estimator, divergence, rate, likelihood, digest };
  return { ...all, ...own };
}

/** The trials that a file keeps by their numbers; undefined where there is none. */
async function readTrials(
  path: string,
  about: Readonly<Record<string, unknown>>,
): Promise<ReadonlyMap<number, TriedNetwork> | undefined> {
  let text: string;
  try {
    text = Buffer.from(await readRegular(path)).toString();
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    return refuse(path, fileReason(cause), 'a file that can be read and written');
  }
  const lines = text.split('\n').filter((line) => line !== '');
  if (lines.length === 0) return undefined;
  const head =
    parsed(lines[0]) ?? refuse(path, 'a line that is not JSON', 'a file that --trials has written. Name another file');
  // A line that a killed process has not ended does not count; the next one has ended it.
  const rest = lines
    .slice(1)
    .map(parsed)
    .filter((line) => line !== undefined);
  const { type, ...was } = head;
  if (type !== 'search') refuse(path, 'a file of something else', 'one that --trials has written. Name another file');
  const other = [...new Set([...Object.keys(was), ...Object.keys(about)])].find(
    (name) => JSON.stringify(was[name]) !== JSON.stringify(about[name]),
  );
  if (other !== undefined) {
    refuse(
      path,
      `trials with ${other} ${JSON.stringify(was[other] ?? null)}`,
      `those with ${JSON.stringify(about[other] ?? null)}, as this command has. Name another --trials-file, or remove this one`,
    );
  }
  return new Map(
    rest.filter((line) => line.type === 'trial').map((line) => [line.trial as number, readTrial(path, line)]),
  );
}

/** The object of a line of JSON; undefined for any other line. */
function parsed(line: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : undefined;
  } catch {
    return undefined;
  }
}

function readTrial(path: string, line: Readonly<Record<string, unknown>>): TriedNetwork {
  const { type: _, validationNll, ...others } = line;
  const { trial, noise, klWeight, learningRate, seconds } = others;
  const numbers = [trial, klWeight, learningRate, seconds];
  if (!numbers.every((value) => typeof value === 'number') || !noises.some((name) => name === noise))
    refuse(path, 'a trial without its numbers', 'a file that --trials has written. Name another file');
  // JSON has no infinity.
  return { ...others, validationNll: validationNll ?? Number.POSITIVE_INFINITY } as TriedNetwork;
}

function refuse(path: string, got: string, needs: string): never {
  throw new VardropError('VARDROP_TRIALS', `[vardrop train] --trials-file: got ${path} with ${got}, needs ${needs}.`);
}
