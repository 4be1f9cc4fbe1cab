/** A case that a backend got wrong, after shrinking. */
export interface Failure {
  readonly property: string;
  readonly seed: number;
  /** The path of the smallest case found; absent where a property has only one. */
  readonly path?: string;
  /** What was wrong: program, index, got, wanted, bound. */
  readonly message: string;
}
