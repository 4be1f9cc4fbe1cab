import { VardropError } from '../errors.js';
import { formatValue } from '../formatValue.js';
import { inferShape } from './infer.js';
import type { NodeId, Operation, ProgramNode, Shape } from './program.js';

/** A value of a program under construction. */
export interface Value<S extends Shape = Shape> {
  readonly id: NodeId;
  readonly shape: S;
}

/** A value, or a number that stands for a scalar constant. */
export type Operand = Value | number;

/** The nodes of a program under construction, and the current scope for new nodes. */
export interface NodeList {
  readonly nodes: ProgramNode[];
  /** Adds a node and infers its shape. Throws coded errors that name the scope. */
  add(operation: Operation, operands: readonly Value[], declared?: Shape, label?: string): Value;
  /** A number becomes a constant; a value stays as it is. */
  lift(x: Operand): Value;
  /** Throws `VARDROP_PROGRAM` unless `value` is a value of a builder. */
  checkValue(what: string, value: Value): void;
  /** Adds the scope to coded errors, so that a message names the layer. */
  located<R>(run: () => R): R;
  /** A label or key with the scope as prefix. */
  scoped(label: string): string;
  /** Runs `build`. The labels and keys of what it builds get the prefix `name/`. */
  scope<R>(name: string, build: () => R): R;
}

/** An empty list. */
export function createNodeList(): NodeList {
  const nodes: ProgramNode[] = [];
  const scopes: string[] = [];

  const scoped = (label: string) => [...scopes, label].join('/');

  function checkValue(what: string, value: Value): void {
    if (typeof value?.id === 'number') return;
    throw new VardropError(
      'VARDROP_PROGRAM',
      `[${scoped(what)}] operand: got ${formatValue(value)}, needs a value of this builder or a number. Look for a parameter under a name that it does not have.`,
    );
  }

  function add(operation: Operation, operands: readonly Value[], declared: Shape = [], label?: string): Value {
    for (const operand of operands) {
      checkValue(operation.op, operand);
      if (nodes[operand.id]?.shape !== operand.shape) {
        throw new VardropError(
          'VARDROP_PROGRAM',
          `[${scoped(operation.op)}] got a value of another program. Use only values that this builder made.`,
        );
      }
    }
    // A copy, so that each node has a shape array of its own. The check above uses its identity to find values of other
    // programs.
    const shape = [
      ...located(() =>
        inferShape(
          operation,
          operands.map((operand) => operand.shape),
          declared,
        ),
      ),
    ];
    const id = nodes.length;
    const prefix = scopes.join('/');
    const text = label === undefined ? prefix || undefined : scoped(label);
    nodes.push({
      ...operation,
      operands: operands.map((operand) => operand.id),
      shape,
      ...(text ? { label: text } : {}),
    });
    return { id, shape };
  }

  function located<R>(run: () => R): R {
    try {
      return run();
    } catch (error) {
      if (error instanceof VardropError && scopes.length > 0) {
        throw new VardropError(error.code, error.message.replace('[program]', `[${scopes.join('/')}]`), {
          cause: error,
        });
      }
      throw error;
    }
  }

  const lift = (x: Operand): Value => {
    if (typeof x === 'number') return add({ op: 'constant', value: x }, []);
    checkValue('value', x);
    return x;
  };

  function scope<R>(name: string, build: () => R): R {
    scopes.push(name);
    try {
      return build();
    } finally {
      scopes.pop();
    }
  }

  return { nodes, add, lift, checkValue, located, scoped, scope };
}
