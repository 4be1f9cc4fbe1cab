import { checkBoolean } from '../checkBoolean.js';
import { checkOptionNames } from '../checkOptionNames.js';
import { VardropError } from '../errors.js';
import { formatValue } from '../formatValue.js';
import { inferShape } from './infer.js';
import { operationClass } from './operationClass.js';
import type { InputRole, NodeId, Program } from './program.js';
import { formatShape, sameShape } from './shapes.js';

/** Exceptions that `validate` allows. */
export interface ValidateOptions {
  /** Whether axes of length 0 are allowed; `simplify` removes them. False by default. */
  readonly allowEmpty?: boolean;
}

/**
 * Checks that a program is well formed. A backend may rely on exactly this:
 *
 * - operands come before the nodes that use them, and each operation has the right number of them;
 * - every axis is a positive integer or `'batch'`, and every shape is the one that `inferShape` gives for the operands;
 * - inputs have distinct, non-empty names and a known role; each carried input has an output of its name and shape;
 * - axes of reductions are ascending and counted from 0, axes of permutations are counted from 0; windows have whole
 *   numbers;
 * - constants have as many values as their shape; no value is NaN or a finite number beyond float32; infinities are
 *   allowed, because a maximum starts from −∞;
 * - no two noise nodes use the same key, since each key is one stream, and a stream is read once;
 * - the program has an output, and every output is a node.
 *
 * Nodes that nothing uses are allowed (`simplify` removes them), and so is an unbound batch size.
 *
 * @throws {VardropError} `VARDROP_PROGRAM`, `VARDROP_SHAPE`, `VARDROP_AXES` or `VARDROP_WINDOW`. The message names the
 * program and the node by index, operation and label: `[mlp %12 matmul dense1/gamma] …`.
 */
export function validate(program: Program, options: ValidateOptions = {}): void {
  checkOptionNames('validate', options, { allowEmpty: true });
  const { allowEmpty = false } = options;
  checkBoolean('[validate] allowEmpty', allowEmpty);
  const inputs = new Map<string, NodeId>();
  const keys = new Map<string, NodeId>();
  program.nodes.forEach((node, id) => {
    if (!Object.hasOwn(operationClass, node.op)) {
      fail(
        program,
        id,
        `operation: got "${node.op}", needs one of ${Object.keys(operationClass).join(', ')}. Build programs with createBuilder.`,
      );
    }
    located(program, id, () => {
      checkOperands(program, id);
      checkAxisLengths(program, id, options.allowEmpty ? 0 : 1);
      checkAttributes(program, id);
      checkShape(program, id);
    });
    if (node.op === 'input') {
      const earlier = inputs.get(node.name);
      if (earlier !== undefined) {
        fail(
          program,
          id,
          `name: got "${node.name}", which names %${earlier} too, needs a name of its own. Rename one.`,
        );
      }
      inputs.set(node.name, id);
    }
    if (node.op === 'noise') {
      const earlier = keys.get(node.key);
      if (earlier !== undefined) {
        fail(
          program,
          id,
          `key: got "${node.key}", whose stream %${earlier} reads already, needs a key of its own. Give it another key, or use %${earlier}.`,
        );
      }
      keys.set(node.key, id);
    }
  });
  checkOutputs(program);
  for (const id of inputs.values()) checkCarried(program, id);
}

/** `[mlp %12 matmul dense1/gamma]`. */
function who(program: Program, id: NodeId): string {
  const node = program.nodes[id];
  return `[${program.name} %${id} ${node.op}${node.label ? ` ${node.label}` : ''}]`;
}

function fail(program: Program, id: NodeId, what: string, code = 'VARDROP_PROGRAM'): never {
  throw new VardropError(code, `${who(program, id)} ${what}`);
}

function checkOperands(program: Program, id: NodeId): void {
  for (const operand of program.nodes[id].operands) {
    if (!Number.isInteger(operand) || operand < 0 || operand >= id) {
      fail(
        program,
        id,
        `operands: got %${operand}, needs nodes before it${id === 0 ? ', and there are none' : ` (%0 to %${id - 1})`}. Order nodes so that operands come first.`,
      );
    }
  }
}

function checkAxisLengths(program: Program, id: NodeId, least: number): void {
  const { shape } = program.nodes[id];
  if (!shape.every((n) => n === 'batch' || (Number.isInteger(n) && n >= least))) {
    fail(
      program,
      id,
      `shape: got ${formatShape(shape)}, needs axes that are positive integers or batch. Drop what is empty: an empty sum is 0, an empty maximum is none.`,
      'VARDROP_SHAPE',
    );
  }
}

const roles: readonly InputRole[] = ['shared', 'iteration', 'carried'];

function checkAttributes(program: Program, id: NodeId): void {
  const node = program.nodes[id];
  switch (node.op) {
    case 'input':
      if (!node.name) fail(program, id, 'name: got an input without a name, needs one. Name it.');
      if (!roles.includes(node.role)) {
        fail(program, id, `role: got "${node.role}", needs one of ${roles.join(', ')}. Choose one of them.`);
      }
      return;
    case 'noise':
      if (!node.key) fail(program, id, 'key: got noise without a key, needs one. Name its stream.');
      return;
    case 'constant':
      checkValues(program, id, typeof node.value === 'number' ? [node.value] : node.value);
      return;
    case 'reduceSum':
    case 'reduceMax':
      if (!node.axes.every((axis, i) => axis >= 0 && (i === 0 || axis > node.axes[i - 1]))) {
        refuseAxes(program, id, node.axes, 'ascending axes');
      }
      return;
    case 'transpose':
      if (!node.permutation.every((axis) => axis >= 0)) refuseAxes(program, id, node.permutation, 'axes');
      return;
  }
}

function refuseAxes(program: Program, id: NodeId, axes: readonly number[], needs: string): never {
  return fail(
    program,
    id,
    `axes: got [${axes.join(', ')}], needs ${needs} counted from 0. Use normalizeAxes.`,
    'VARDROP_AXES',
  );
}

function checkValues(program: Program, id: NodeId, values: readonly number[]): void {
  const at = values.findIndex(
    (value) =>
      typeof value !== 'number' ||
      Number.isNaN(value) ||
      (Number.isFinite(value) && !Number.isFinite(Math.fround(value))),
  );
  if (at >= 0) {
    fail(
      program,
      id,
      `value: got ${formatValue(values[at])} at ${at}, needs numbers that float32 holds, or infinities. Rescale what it stands for.`,
    );
  }
}

function checkShape(program: Program, id: NodeId): void {
  const node = program.nodes[id];
  const operands = node.operands.map((operand) => program.nodes[operand].shape);
  const expected = inferShape(node, operands, node.shape);
  if (!sameShape(expected, node.shape)) {
    fail(
      program,
      id,
      `shape: got ${formatShape(node.shape)}, needs ${formatShape(expected)}, which its operands give. Let inferShape state it.`,
      'VARDROP_SHAPE',
    );
  }
}

/** Runs checks of a node. Errors of `inferShape`, and errors for missing attributes, then name the node. */
function located(program: Program, id: NodeId, check: () => void): void {
  try {
    check();
  } catch (error) {
    if (!(error instanceof VardropError)) {
      throw new VardropError(
        'VARDROP_PROGRAM',
        `${who(program, id)} attributes: got ${JSON.stringify(program.nodes[id])}, needs all that the operation has. Build programs with createBuilder.`,
        { cause: error },
      );
    }
    if (!error.message.startsWith('[program]')) throw error;
    throw new VardropError(error.code, error.message.replace('[program]', who(program, id)), { cause: error });
  }
}

function checkOutputs(program: Program): void {
  const outputs = Object.entries(program.outputs);
  if (outputs.length === 0) {
    throw new VardropError(
      'VARDROP_PROGRAM',
      `[${program.name}] outputs: got none, needs at least one. Declare what the program is to compute.`,
    );
  }
  for (const [name, id] of outputs) {
    if (!Number.isInteger(id) || program.nodes[id] === undefined) {
      throw new VardropError(
        'VARDROP_PROGRAM',
        `[${program.name}] output "${name}": got %${id}, needs a node of the program (%0 to %${program.nodes.length - 1}). Point it at one.`,
      );
    }
  }
}

function checkCarried(program: Program, id: NodeId): void {
  const node = program.nodes[id];
  if (node.op !== 'input' || node.role !== 'carried') return;
  const output = Object.hasOwn(program.outputs, node.name) ? program.outputs[node.name] : undefined;
  if (output === undefined) {
    fail(
      program,
      id,
      `carried input "${node.name}": got no output of that name, needs one that holds its next value. Declare it, or give the input the role shared.`,
    );
  }
  const { shape } = program.nodes[output];
  if (!sameShape(shape, node.shape)) {
    fail(
      program,
      id,
      `carried input "${node.name}": got an output of ${formatShape(shape)}, needs the input's ${formatShape(node.shape)}. Reshape the output.`,
      'VARDROP_SHAPE',
    );
  }
}
