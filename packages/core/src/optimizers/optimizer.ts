import type { Builder, Value } from '../program/builder.js';

/** The new values of a parameter and of its slots after one step. */
export interface Update {
  readonly parameter: Value;
  readonly slots: Readonly<Record<string, Value>>;
}

/**
 * A rule that turns gradients into updates. It builds programs, so that the update is part of the training step.
 */
export interface Optimizer {
  readonly name: string;
  /** Learning rate before any schedule. */
  readonly learningRate: number;
  /** Names of the tensors that it carries for each parameter. They have the parameter's shape and start at 0. */
  readonly slots: readonly string[];
  /** Names of the scalars that `scalars` returns, in order. */
  readonly scalarNames: readonly string[];
  /** The scalars of one step: `step` counts from 1, `learningRate` is the scheduled one. */
  scalars(step: number, learningRate: number): Readonly<Record<string, number>>;
  /** The next value of a parameter and of its slots. */
  update(
    b: Builder,
    parameter: Value,
    gradient: Value,
    slots: Readonly<Record<string, Value>>,
    scalars: Readonly<Record<string, Value>>,
  ): Update;
}
