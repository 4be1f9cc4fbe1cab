import {
  adam,
  type Backend,
  type EpochRecord,
  type FitResult,
  fit,
  type Model,
  type Network,
  piecewiseLinear,
  type SwagCollector,
  swag,
  TrainingError,
  type TrainingState,
} from '@vardrop/core';
import { counted } from '../counted.js';
import type { TaskData } from '../data/taskData.js';
import type { Progress } from '../progress.js';
import type { EpochReport } from '../report/trainingReport.js';
import type { TrainOptions } from '../trainOptions.js';
import type { MetricsLog } from './metricsLog.js';

/** Share of the epochs after which the learning rate begins to fall linearly towards 0. */
const fallFrom = 0.5;

/** Share of the epochs over which the weight of the KL rises to 1, so that training starts with the data term. */
const klRise = 0.25;

/** A training and its outcome. */
export interface TrainedNetwork {
  readonly state: TrainingState;
  readonly network: Network;
  readonly epochs: readonly EpochReport[];
  readonly stopped: FitResult['stopped'];
  readonly seconds: number;
  /** Of `--swag`. */
  readonly snapshots?: SwagCollector;
}

/** Trains a network and shows progress. Ctrl-C stops after the current step. */
export async function trainNetwork(
  model: Model,
  run: {
    readonly backend: Backend;
    readonly data: Pick<TaskData, 'train' | 'validation' | 'preprocessing' | 'task'>;
    readonly options: TrainOptions;
    readonly name: string;
    readonly state?: TrainingState;
    readonly ui: Progress;
    readonly signal: AbortSignal;
    readonly log: MetricsLog;
    /** Takes the state after each epoch. */
    readonly save?: (state: TrainingState) => Promise<void>;
  },
): Promise<TrainedNetwork> {
  const { backend, data, options, name, state, ui, signal, log, save } = run;
  const { train, validation, preprocessing, task } = data;
  const started = performance.now();
  // From the middle on the learning rate falls, but for snapshots, which have to keep moving.
  const middle = Math.floor(fallFrom * options.epochs);
  const snapshots = options.swag === undefined ? undefined : swag({ rank: options.swag, from: middle });
  const stepsPerEpoch = Math.ceil(train.rows / options.batch);
  if (state && state.step >= options.epochs * stepsPerEpoch) {
    ui.note(
      `Nothing left to train: the checkpoint has ${counted(Math.floor(state.step / stepsPerEpoch), 'epoch')}, and --epochs ${options.epochs} counts from the start.`,
    );
  }
  ui.start({
    name,
    epochs: options.epochs,
    stepsPerEpoch,
    startEpoch: state ? Math.min(options.epochs, Math.floor(state.step / stepsPerEpoch)) : 0,
  });
  try {
    const result = await fit(model, {
      backend,
      data: train.data,
      validation: validation?.data,
      // A preprocessing knows the names of classes.
      ...(preprocessing ? { preprocessing } : { classes: task.classes[0] }),
      optimizer: adam({ learningRate: options.learningRate }),
      ...(!snapshots && {
        learningRateFactor: piecewiseLinear([fallFrom * options.epochs, 1], [options.epochs, 0.01]),
      }),
      klWeight: piecewiseLinear([0, 0], [klRise * options.epochs, options.klWeight]),
      epochs: options.epochs,
      batch: options.batch,
      seed: options.seed,
      state,
      signal,
      onStep: ({ epoch, step, loss, kl }) => ui.step({ epoch: epoch + 1, step, objective: loss, kl }),
      onEpoch: async (record, now) => {
        ui.epoch(epochReport(record));
        await log.epoch(name, record);
        await snapshots?.onEpoch(record, now);
        await save?.(await now());
      },
    });
    return {
      state: result.state,
      network: result.network,
      epochs: result.history.map(epochReport),
      stopped: result.stopped,
      seconds: (performance.now() - started) / 1000,
      snapshots,
    };
  } finally {
    ui.stop();
  }
}

/** The last good state if a loss that is not finite stopped training; undefined for other errors. */
export function stateOfFailure(error: unknown): TrainingState | undefined {
  return error instanceof TrainingError ? error.state : undefined;
}

function epochReport({ epoch, dataTerm, kl, loss, validation, seconds }: EpochRecord): EpochReport {
  return {
    epoch: epoch + 1,
    dataTerm,
    kl,
    objective: loss,
    ...(validation && {
      ...(validation.error !== undefined && { validationError: validation.error }),
      validationNll: validation.nll,
    }),
    seconds,
  };
}
