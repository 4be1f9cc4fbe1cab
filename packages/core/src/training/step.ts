/**
 * The results of one step in nats: `loss = dataTerm + klScale · kl`. `loss` and `dataTerm` are per datapoint, `kl` is the whole
 * KL; see `sgvb`.
 */
export interface StepResult {
  readonly loss: number;
  readonly dataTerm: number;
  readonly kl: number;
}

/** The numbers that change from step to step. */
export interface StepScales {
  /** The schedule's factor on the optimizer's own rate, or rates. */
  readonly learningRateFactor: number;
  /** β/N. */
  readonly klScale: number;
}
