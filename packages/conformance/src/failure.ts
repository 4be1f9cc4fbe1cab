/** A case that failed on a backend, after shrinking. */
export interface Failure {
  readonly property: string;
  readonly seed: number;
  /** The path of the smallest failing case. Absent for a property with only one case. */
  readonly path?: string;
  /** What was wrong: program, index, got, wanted, bound. */
  readonly message: string;
}
