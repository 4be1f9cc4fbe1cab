/** What a likelihood is called with, and what it is made of. */
interface LikelihoodGiven {
  /** The function of core that makes it, such as `poisson`, and its options (JSON). */
  readonly likelihood: string;
  readonly options: Readonly<Record<string, unknown>>;
  /** The shape of the outputs for one row. */
  readonly outputs: readonly number[];
  readonly rows: number;
  /** Learned parameters by their names within the likelihood. */
  readonly parameters: Readonly<Record<string, readonly number[]>>;
}

/** A loss of each row, and the gradients of `Σ loss · cotangent`. */
export interface LossAndGradients {
  readonly outputGradient: readonly number[];
  readonly parameterGradients: Readonly<Record<string, readonly number[]>>;
}

/** One call of a likelihood with its gradients, computed in float64 by another library. */
export interface LikelihoodCase extends LikelihoodGiven, LossAndGradients {
  /** Unique among the cases of its likelihood. */
  readonly name: string;
  /** `[rows, …outputs]`. */
  readonly output: readonly number[];
  /** As programs take them, but for null, which is a missing target. */
  readonly target: readonly (number | null)[];
  readonly cotangent: readonly number[];
  /** `[rows]`, nats. */
  readonly negativeLogLikelihood: readonly number[];
  /** Sum of the sizes of the changes of each row's loss under relative changes of what it is computed from, and of its constants. */
  readonly condition: readonly number[];
  /** What training minimizes, where it is something else. */
  readonly training?: LossAndGradients & { readonly loss: readonly number[] };
}

/** What samples of the outputs are combined to, by formulas of another library in float64. */
export interface LikelihoodPrediction extends LikelihoodGiven {
  readonly samples: number;
  /** `[samples, rows, …outputs]`. */
  readonly output: readonly number[];
  readonly kind: 'classes' | 'values';
  /** Of classes; of binary targets those of no and yes. */
  readonly probabilities?: readonly number[];
  readonly entropy?: readonly number[];
  readonly mutualInformation?: readonly number[];
  /** Of numbers. */
  readonly mean?: readonly number[];
  readonly epistemicVariance?: readonly number[];
  readonly aleatoricVariance?: readonly number[];
}
