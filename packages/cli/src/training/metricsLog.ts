import type { EpochRecord } from '@vardrop/core';
import { lineLog } from '../files/lineLog.js';
import { reportJson } from '../report/summary.js';
import type { TrainingReport } from '../report/trainingReport.js';

/** The log of a training: a line of JSON for each epoch as soon as it ends, and one for all at the end. */
export interface MetricsLog {
  /** `run` names the network, since a comparison trains several. */
  epoch(run: string, record: EpochRecord): Promise<void>;
  summary(report: TrainingReport): Promise<void>;
  close(): Promise<void>;
}

/**
 * The log of `--log`; without a path, one that writes nothing. Lines have a `type`. Losses and the data term are nats per
 * training row, the KL nats of the whole network; what is not finite is null.
 *
 * @throws VardropError (all methods) `VARDROP_OUTPUT_UNWRITABLE`.
 */
export function metricsLog(path: string | undefined): MetricsLog {
  if (path === undefined) {
    const nothing = async () => {};
    return { epoch: nothing, summary: nothing, close: nothing };
  }
  const log = lineLog({ option: '--log', path });
  return {
    epoch: (run, { epoch, loss, dataTerm, kl, validation, seconds }) =>
      log.write({
        type: 'epoch',
        run,
        epoch: epoch + 1,
        loss,
        dataTerm,
        kl,
        ...(validation && { validation }),
        seconds,
      }),
    summary: (report) => log.write({ type: 'summary', ...reportJson(report) }),
    close: log.close,
  };
}
