import type { Builder, Value } from '../program/builder.js';

/** The name and shape of a parameter, or of a slot: a tensor that an optimizer carries, whose values start at 0. */
export interface NamedShape {
  /** In full: `dense1/weights`, and for a slot `firstMoment:dense1/weights`. */
  readonly name: string;
  readonly shape: readonly number[];
}

/** What an optimizer sees of one step, as values of the program, by full name. */
export interface OptimizerStep {
  /** The parameters before the step. */
  readonly parameters: Readonly<Record<string, Value>>;
  /**
   * The gradients of the loss; in a chain, what the links before give. A parameter without an entry is not changed in this step.
   */
  readonly updates: Readonly<Record<string, Value>>;
  readonly slots: Readonly<Record<string, Value>>;
  readonly scalars: Readonly<Record<string, Value>>;
}

/** The result of one step of an optimizer, by full name. */
export interface OptimizerResult {
  /** What is added to each parameter. A parameter without an entry stays as it is. */
  readonly updates: Readonly<Record<string, Value>>;
  /** The next value of each slot. */
  readonly slots: Readonly<Record<string, Value>>;
}

/**
 * A transformation of gradients into what is added to the parameters, of all parameters at once. It builds programs, so that
 * the update is part of the training step. `chain` makes one of several (the design is optax's).
 */
export interface Optimizer {
  readonly name: string;
  /**
   * Absent for an optimizer, which turns gradients into updates. A `filter` changes gradients, and an `observer` looks at the
   * updates; both are used in a `chain` with one optimizer.
   */
  readonly kind?: 'filter' | 'observer';
  /** The tensors that it carries for these parameters. */
  slots(parameters: readonly NamedShape[]): readonly NamedShape[];
  /**
   * Names of the scalars that `scalars` returns, in order. They are inputs of the training step: begin them with the
   * optimizer's name, `adam/stepSize`, so that they are no other's.
   */
  readonly scalarNames: readonly string[];
  /** The scalars of one step. `step` counts from 1; `rateFactor` is the schedule's factor on the optimizer's own rate. */
  scalars(step: number, rateFactor: number): Readonly<Record<string, number>>;
  /** Adds the step to a program. */
  update(b: Builder, step: OptimizerStep): OptimizerResult;
}
