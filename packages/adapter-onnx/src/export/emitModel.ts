import { type TensorMap, VardropError } from '@vardrop/core';
import { keyNames } from '@vardrop/core/extend';
import { expand, type Program, simplify, validate } from '@vardrop/core/program';
import { batchLengthOf, emitNodes } from '../emit/emitNodes.js';
import { nameOutputs } from '../emit/nameOutputs.js';
import { createGraph, type GraphBuilder, type Opset, type ValueName } from '../model/graph.js';
import { createNoiseWriter, keyAt, keyInput, stepKeys, streamOfSeed } from '../noise/noiseInputs.js';
import type { Words } from '../noise/threefry.js';
import { nativeFunctions } from '../supports.js';
import { type StorageOptions, storeTensor } from './storeTensor.js';

/** Versions of ONNX's standard operators that files can be written for. */
export const opsets: readonly Opset[] = [17, 18];

/** Throws `VARDROP_OPTION` for a version that files cannot be written for. */
export function checkOpset(who: string, opset: Opset | undefined): void {
  if (opset === undefined || opsets.includes(opset)) return;
  throw new VardropError('VARDROP_OPTION', `[${who}] opset: got ${String(opset)}, needs one of ${opsets.join(', ')}.`);
}

/** Where the keys of a program's noise come from. */
export type KeySource = 'given' | 'training' | 'prediction';

/** How a program becomes a graph. */
export interface EmitModelOptions {
  /** Inputs whose values are stored in the file. */
  readonly stored?: TensorMap;
  /** How they are stored. */
  readonly storage?: StorageOptions;
  /**
   * `given`: an input `key/<name>` of two uint32 for each key. `training`, `prediction`: inputs `seed` and `step`, from
   * which the graph makes the keys as core does for that purpose.
   */
  readonly keys?: KeySource;
  /** Version of the operators that noise is written in. */
  readonly opset?: Opset;
}

/** A program as a backend gets it, except for its symbolic axis: expanded, simplified and validated. */
export function prepare(program: Program): Program {
  const prepared = simplify(expand(program, nativeFunctions));
  validate(prepared);
  return prepared;
}

/** Writes a whole program as one graph, which makes its own noise. Throws what `validate` throws. */
export function emitModel(
  source: Program,
  { stored = {}, storage, keys = 'given', opset = 18 }: EmitModelOptions = {},
): GraphBuilder {
  const program = prepare(source);
  const noisy = program.nodes.some((node) => node.op === 'noise');
  const graph = createGraph(noisy ? opset : 17);
  const inputs = new Map<string, ValueName>();
  for (const node of program.nodes) {
    if (node.op !== 'input' || Object.hasOwn(stored, node.name)) continue;
    inputs.set(node.name, graph.input(node.name, node.shape));
  }
  for (const node of program.nodes) {
    if (node.op !== 'input' || inputs.has(node.name)) continue;
    inputs.set(node.name, storeTensor(graph, node.name, stored[node.name], storage));
  }
  const { named, reserved, copies } = nameOutputs(graph, program);
  const batchLength = batchLengthOf(
    graph,
    program.nodes.flatMap((node) =>
      node.op === 'input' ? [{ value: inputs.get(node.name) as ValueName, shape: node.shape }] : [],
    ),
  );
  let row: ValueName | undefined;
  const writeNoise = createNoiseWriter(graph, {
    length: batchLength,
    first: () => {
      row ??= graph.input('row', [], 'int64');
      return row;
    },
  });
  const keyOf = noisy ? keysFrom(graph, source, keys) : undefined;
  const values = emitNodes(program, {
    graphOf: () => graph,
    input: ({ name }) => inputs.get(name) as ValueName,
    noise: (node, target, name) => writeNoise(target, node, (keyOf as NonNullable<typeof keyOf>)(node.key), name),
    batchLength,
    named,
  });
  for (const name of copies) graph.node('Identity', [values[program.outputs[name]]], reserved[name]);
  for (const [name, id] of Object.entries(program.outputs)) graph.output(reserved[name], program.nodes[id].shape);
  return graph;
}

/** Keys by name. The index that is folded in is the key's in the program before it was simplified. */
function keysFrom(graph: GraphBuilder, source: Program, keys: KeySource): (name: string) => Words {
  const names = keyNames(source);
  if (keys === 'given') {
    const given = new Map<string, Words>();
    return (name) => {
      const words = given.get(name) ?? keyInput(graph, `key/${name}`);
      given.set(name, words);
      return words;
    };
  }
  const seed = graph.input('seed', [], 'int64');
  const step = graph.input('step', [], 'int64');
  const all = stepKeys(graph, streamOfSeed(graph, seed, keys), step, names.length, 'step');
  return (name) => keyAt(graph, all, names.indexOf(name), name);
}
