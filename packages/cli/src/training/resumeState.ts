import { describeModel, type Likelihood, type Model, modelFrom, type TrainingState, VardropError } from '@vardrop/core';
import { loadCheckpoint } from '@vardrop/core/node';
import { parseArguments } from '../arguments.js';
import { isForeign } from '../backends/backendTarget.js';
import type { TaskData } from '../data/taskData.js';
import type { TrainOptions } from '../trainOptions.js';

/** The options that must stay the same when resuming. Epochs are not among them, so that a run can be extended. */
const decisive = [
  'noise',
  'alpha',
  'estimator',
  'divergence',
  'rate',
  'layers',
  'batch',
  'seed',
  'learningRate',
  'klWeight',
  'target',
  'likelihood',
  'exclude',
  'weights',
] as const;

/** Other options that a checkpoint stores; they may be overridden. */
const remembered = [...decisive, 'epochs', 'samples', 'backend', 'laplace'] as const;

/** Metadata of the command's checkpoints; `digest` is that of the data. */
export function checkpointMetadata(
  options: TrainOptions,
  model: Model,
  data: Pick<TaskData, 'name'>,
  digest: string,
): Record<string, string> {
  return {
    ...Object.fromEntries(remembered.map((name) => [name, text(options[name])])),
    model: JSON.stringify(describeModel(model)),
    data: data.name,
    digest,
  };
}

/** A training to resume. */
export interface ResumedTraining {
  readonly state: TrainingState;
  /** The given options; the others are those of the checkpoint. */
  readonly options: TrainOptions;
  /** The network of the checkpoint. */
  readonly model: Model<Likelihood>;
  /**
   * @throws VardropError `VARDROP_RESUME` for another network than that of the checkpoint.
   */
  checkModel(model: Model): void;
  /**
   * @param digest of the data. It identifies the data, since a path does not: folders move, and their contents change.
   * @throws VardropError `VARDROP_RESUME` for other data than the checkpoint was trained on.
   */
  checkData(data: Pick<TaskData, 'name'>, digest: string): void;
}

/**
 * Reads the checkpoint of a training to resume.
 *
 * @throws VardropError `VARDROP_RESUME` naming the first option that was given and differs from the checkpoint's,
 * `VARDROP_CHECKPOINT_FOREIGN` for one that `vardrop train` has not written, or what `loadCheckpoint` throws.
 */
export async function resumeTraining(path: string, asked: TrainOptions): Promise<ResumedTraining> {
  const { state, metadata } = await loadCheckpoint(path);
  const made = optionsOf('[vardrop train] --resume', path, metadata);
  if (isForeign(made.backend) && asked.given?.includes('backend') === false) {
    throw new VardropError(
      'VARDROP_RESUME',
      `[vardrop train] --backend: got none, needs ${made.backend}, with which --resume ${path} was made, or another. Name it, since a file must not choose which code runs.`,
    );
  }
  const model = networkOf('[vardrop train] --resume', path, metadata);
  const taken = remembered.filter((name) => metadata[name] !== undefined && asked.given?.includes(name) === false);
  const options = { ...asked, ...Object.fromEntries(taken.map((name) => [name, made[name]])) };
  for (const name of decisive) {
    const was = metadata[name] ?? '';
    const is = text(options[name]);
    if (was !== is) {
      throw new VardropError(
        'VARDROP_RESUME',
        `[vardrop train] ${flag(name)}: got ${is || '(default)'}, needs ${was || '(default)'}, with which --resume ${path} was made. Leave the option out, or start a new training.`,
      );
    }
  }
  return {
    state,
    options,
    model,
    checkModel(built) {
      if (JSON.stringify(describeModel(built)) === JSON.stringify(describeModel(model))) return;
      throw new VardropError(
        'VARDROP_RESUME',
        `[vardrop train] --layers: got ${text(options.layers)}, which describes other layers than --resume ${path} was made with. Leave the option out, or start a new training.`,
      );
    },
    checkData(data, digest) {
      if (metadata.digest === digest) return;
      throw new VardropError(
        'VARDROP_RESUME',
        `[vardrop train] --resume: got ${path}, which was trained on ${metadata.data || 'unknown data'} (digest ${metadata.digest ?? 'none'}), needs ${data.name} (digest ${digest}), the data of this run. Give the --data that it was trained on, or start a new training.`,
      );
    },
  };
}

/**
 * The network of a checkpoint, from its metadata.
 *
 * @param who the command and its option, as errors name them.
 * @throws VardropError `VARDROP_CHECKPOINT_FOREIGN` for metadata that the command has not written.
 */
export function networkOf(who: string, path: string, metadata: Readonly<Record<string, string>>): Model<Likelihood> {
  if (metadata.model === undefined) throw foreign(who, path);
  try {
    // Networks of checkpoints have one output.
    return modelFrom(JSON.parse(metadata.model)) as Model<Likelihood>;
  } catch (cause) {
    throw foreign(who, path, cause);
  }
}

/** The options in the metadata, read like the command line; defaults for others. */
function optionsOf(who: string, path: string, metadata: Readonly<Record<string, string>>): TrainOptions {
  // A backend of one's own may have moved since, or be gone.
  const { backend = '', ...others } = metadata;
  const words = remembered.flatMap((name) => (others[name] ? [`${flag(name)}=${others[name]}`] : []));
  let cause: unknown;
  if (metadata.noise && metadata.layers) {
    try {
      const parsed = parseArguments(['train', ...words], '');
      if (parsed.kind === 'train') return { ...parsed.options, ...(backend !== '' && { backend }) };
    } catch (error) {
      cause = error;
    }
  }
  throw foreign(who, path, cause);
}

function foreign(who: string, path: string, cause?: unknown): VardropError {
  return new VardropError(
    'VARDROP_CHECKPOINT_FOREIGN',
    `${who}: got ${path}, which does not say how its network was built, needs one that vardrop train has written. Choose another file.`,
    { cause },
  );
}

function text(value: TrainOptions[(typeof remembered)[number]]): string {
  return value === undefined ? '' : String(value);
}

function flag(name: string): string {
  return `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}
