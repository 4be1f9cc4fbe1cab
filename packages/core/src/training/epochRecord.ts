import type { ValidationMetrics } from './validation.js';

/** The results of an epoch, in nats per datapoint (`kl` in nats). */
export interface EpochRecord {
  /** From 0. */
  readonly epoch: number;
  /** Mean over the epoch's datapoints of `−log p`, under noise, while the parameters changed. */
  readonly dataTerm: number;
  /** KL in the last step. */
  readonly kl: number;
  /** Mean of the minimized objective. */
  readonly loss: number;
  readonly validation?: ValidationMetrics;
  readonly seconds: number;
}
