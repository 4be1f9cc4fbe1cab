import type { Builder, Value } from '../program/builder.js';
import type { Optimizer } from './optimizer.js';

/** What is added to a parameter, and its next slots. */
export interface RuleResult {
  readonly update: Value;
  readonly slots: Readonly<Record<string, Value>>;
}

/** A rule for one parameter at a time. Names of slots and scalars are those within the rule: `velocity`, `stepSize`. */
export interface ParameterRule {
  readonly name: string;
  readonly kind?: 'filter';
  /** Tensors of the parameter's shape. */
  readonly slots: readonly string[];
  /** How to compute each scalar of a step. */
  readonly scalars: Readonly<Record<string, (step: number, rateFactor: number) => number>>;
  update(
    b: Builder,
    at: {
      readonly name: string;
      readonly parameter: Value;
      /** The gradient, or what the links before in a chain give. */
      readonly gradient: Value;
      readonly slots: Readonly<Record<string, Value>>;
      readonly scalars: Readonly<Record<string, Value>>;
    },
  ): RuleResult;
}

/** The optimizer that applies a rule to each parameter by itself. Slots are named `<slot>:<parameter>`, scalars `<rule>/<scalar>`. */
export function perParameter(rule: ParameterRule): Optimizer {
  const scalars = Object.entries(rule.scalars);
  const inRule = <T>(values: Readonly<Record<string, T>>): Record<string, T> =>
    Object.fromEntries(scalars.map(([name]) => [name, values[`${rule.name}/${name}`]]));
  return {
    name: rule.name,
    ...(rule.kind && { kind: rule.kind }),
    slots: (parameters) =>
      parameters.flatMap(({ name, shape }) => rule.slots.map((slot) => ({ name: `${slot}:${name}`, shape }))),
    scalarNames: scalars.map(([name]) => `${rule.name}/${name}`),
    scalars: (step, rateFactor) =>
      Object.fromEntries(scalars.map(([name, compute]) => [`${rule.name}/${name}`, compute(step, rateFactor)])),
    update(b, { parameters, updates, slots, scalars: given }) {
      const results = Object.entries(updates).map(([name, gradient]) => {
        const own = Object.fromEntries(rule.slots.map((slot) => [slot, slots[`${slot}:${name}`]]));
        const at = { name, parameter: parameters[name], gradient, slots: own, scalars: inRule(given) };
        return [name, b.scope(`${rule.name}/${name}`, () => rule.update(b, at))] as const;
      });
      return {
        updates: Object.fromEntries(results.map(([name, { update }]) => [name, update])),
        slots: Object.fromEntries(
          results.flatMap(([name, next]) => rule.slots.map((slot) => [`${slot}:${name}`, next.slots[slot]])),
        ),
      };
    },
  };
}
