import type { Likelihood, Likelihoods, TargetKind } from '../likelihoods/likelihood.js';
import type { Calibration, PitBin } from '../metrics/index.js';

/** How good predictions of classes are. */
export interface ClassificationEvaluation {
  readonly kind: 'classification';
  readonly rows: number;
  /** Monte-Carlo samples; 0 where the weights' means were used. */
  readonly samples: number;
  /** Mean of `−log` of the samples' mean probability of the target, nats per row. */
  readonly nll: number;
  /** Share of wrong labels, and of right ones, in [0, 1]. */
  readonly error: number;
  readonly accuracy: number;
  /** Brier score summed over the classes, in [0, 2]. */
  readonly brier: number;
  /** Expected calibration error with bins of equal width, in [0, 1]. */
  readonly ece: number;
  readonly calibration: CalibrationOfBothKinds;
  /** With the option `topK`: the share of labels among the most probable classes. */
  readonly topK?: number;
  /** Of a network that was calibrated with `conformal`. */
  readonly sets?: SetsEvaluation;
  /** Of a network that was calibrated with `selective`. */
  readonly accepted?: AcceptedEvaluation;
}

/** How good sets of classes are. */
export interface SetsEvaluation {
  /** The coverage that was asked for. */
  readonly probability: number;
  /** Share of the labels in their sets. */
  readonly coverage: number;
  /** Mean number of classes in a set. */
  readonly size: number;
}

/** How good predictions of the accepted rows are. */
export interface AcceptedEvaluation {
  /** Share of the rows that are accepted. */
  readonly share: number;
  /** Share of wrong labels among accepted rows; NaN where there are none. */
  readonly error: number;
}

/** Calibration errors with their reliability diagrams. */
export interface CalibrationOfBothKinds {
  readonly equalWidth: Calibration;
  readonly equalMass: Calibration;
}

/** How good predictions of 0 and 1 are. All metrics but the ranks count the targets of all outputs alike. */
export interface BinaryEvaluation {
  readonly kind: 'binary';
  readonly rows: number;
  readonly samples: number;
  /** Targets that are not missing. */
  readonly targets: number;
  /** Mean of `−log` of the samples' mean probability of a row's targets, nats per row, summed over the outputs. */
  readonly nll: number;
  readonly error: number;
  readonly accuracy: number;
  /** Mean squared difference of probability and target, in [0, 1]. */
  readonly brier: number;
  readonly ece: number;
  readonly calibration: CalibrationOfBothKinds;
  /** Means over the outputs whose targets are not all alike; NaN if there are none. */
  readonly areaUnderRocCurve: number;
  readonly averagePrecision: number;
  /** Of each output; NaN where its targets are all alike. */
  readonly outputs: readonly { readonly areaUnderRocCurve: number; readonly averagePrecision: number }[];
  /** Of a network that was calibrated with `selective`. */
  readonly accepted?: AcceptedEvaluation;
}

/** Intervals: between two quantiles as far from the median, or those of `conformal`. */
export interface IntervalEvaluation {
  /** Of the interval: 0.9 is that from the quantile 0.05 to 0.95, or the coverage that `conformal` was asked for. */
  readonly probability: number;
  /** Share of the targets in it. */
  readonly coverage: number;
  /** Mean width, in the targets' units. */
  readonly width: number;
}

/** How good predictions of numbers are. All but the NLL count the targets of all outputs alike. */
export interface RegressionEvaluation {
  readonly kind: 'regression';
  readonly rows: number;
  readonly samples: number;
  /** Targets that are not missing. */
  readonly targets: number;
  /** Mean of `−log` of the samples' mean density (of counts: probability) of a row's targets, nats per row. */
  readonly nll: number;
  /** Root mean squared error of the predicted mean, in the targets' units. */
  readonly rmse: number;
  /** Mean continuous ranked probability score of the mixture of the samples, in the targets' units; absent without a distribution. */
  readonly crps?: number;
  /** Central intervals of 50 and 90 %; absent without a distribution. */
  readonly intervals?: readonly IntervalEvaluation[];
  /** Histogram of `F(target)`; absent without a distribution. */
  readonly pit?: readonly PitBin[];
  /** Of a network that was calibrated with `conformal`. */
  readonly interval?: IntervalEvaluation;
  /** Of a network that was calibrated with `selective`: the share of the rows that are accepted, and the `rmse` of those (NaN for none). */
  readonly accepted?: { readonly share: number; readonly rmse: number };
}

/** What `evaluate` gives for one output. */
export type Evaluation<Targets extends TargetKind = TargetKind> = Targets extends 'labels'
  ? ClassificationEvaluation
  : Targets extends 'binary'
    ? BinaryEvaluation
    : RegressionEvaluation;

/** What `evaluate` gives: an evaluation, or where likelihoods are given by the names of outputs, one for each, and the NLL of all together. */
export type EvaluationOf<Given extends Likelihoods> =
  Given extends Likelihood<infer Targets>
    ? Evaluation<Targets>
    : {
        /** Mean of `−log` of the samples' mean probability of all targets of a row, nats per row. */
        readonly nll: number;
        readonly outputs: {
          readonly [Name in keyof Given]: Given[Name] extends Likelihood<infer Targets> ? Evaluation<Targets> : never;
        };
      };
