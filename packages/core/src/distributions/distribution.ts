/** The parameters of a distribution by their names, such as `{ mean, deviation }`. */
export type DistributionParameters = Readonly<Record<string, number>>;

/** A distribution of one number, in float64 on the host. */
export interface Distribution {
  /** `P(Y ≤ y)`. */
  cdf(y: number, parameters: DistributionParameters): number;
  /** Logarithm of the density of y, or of its probability, in nats. */
  logDensity(y: number, parameters: DistributionParameters): number;
  /** Whether only whole numbers occur. Default: no. */
  readonly discrete?: boolean;
  /** The continuous ranked probability score of a mixture in closed form, where there is one; see `mixtureCrps`. */
  crps?(y: number, components: readonly DistributionParameters[]): number;
}
