import { type NodeId, type Program, VardropError } from '@vardrop/core';
import { createGraph, type GraphBuilder, type ValueName } from '../model/graph.js';
import type { ModelProto } from '../model/schema.js';
import { createModel } from './createModel.js';
import type { Emission, KeyValues } from './emission.js';
import { emitNode } from './emitNode.js';

/** A program as an ONNX model, with the names that its inputs and outputs have in there. */
export interface EmittedProgram {
  readonly model: ModelProto;
  /** By name in the program. */
  readonly inputs: Readonly<Record<string, ValueName>>;
  readonly outputs: Readonly<Record<string, ValueName>>;
}

/** How a program is written. */
export interface EmitOptions extends Pick<Emission, 'transposeLeft'> {
  /** Where noise is made; absent where it is not made in the graph. */
  readonly noise?: 'graph';
}

/**
 * Writes a program as one ONNX graph. Inputs keep their names; the next value of a carried input `w` is the output
 * `w/next`; other values are called after their nodes' labels. The symbolic axis stays free, under the name `batch`.
 *
 * With `noise: 'graph'` noise is made in the graph, from an input `key:name` (uint32, `[2]`) for each key, and an input
 * `row` (int64 scalar) for the index of the first data row. Otherwise throws `VARDROP_PROGRAM` for
 * noise, as for other nodes that core takes out before a backend sees a program.
 */
export function emitProgram(program: Program, options: EmitOptions = {}): EmittedProgram {
  const makesNoise = options.noise === 'graph' && program.nodes.some((node) => node.op === 'noise');
  const graph = createGraph(makesNoise ? 18 : 17);
  const { nodes } = program;
  const inputs: Record<string, ValueName> = {};
  const outputs: Record<string, ValueName> = {};
  const carried = new Set(nodes.flatMap((node) => (node.op === 'input' && node.role === 'carried' ? [node.name] : [])));
  const values: (ValueName | undefined)[] = [];
  // Inputs and outputs first, so that no label takes their names.
  nodes.forEach((node, id) => {
    if (node.op === 'input') values[id] = inputs[node.name] = graph.input(node.name, node.shape);
  });
  const names = new Map<NodeId, string>();
  const copies: string[] = [];
  for (const [name, id] of Object.entries(program.outputs)) {
    outputs[name] = graph.reserve(carried.has(name) ? `${name}/next` : name);
    const { op } = nodes[id];
    if (names.has(id) || op === 'input' || op === 'constant') copies.push(name);
    else names.set(id, outputs[name]);
  }
  const keyOf = options.noise === 'graph' ? keyInputs(graph, program) : undefined;
  const { transposeLeft } = options;
  const batchLength = batchLengthOf(graph, program, inputs);
  emitNodes({ graph, program, values, names, batchLength, keyOf, transposeLeft }, () => true);
  for (const name of copies) graph.node('Identity', [values[program.outputs[name]] as ValueName], outputs[name]);
  for (const [name, id] of Object.entries(program.outputs)) graph.output(outputs[name], nodes[id].shape);
  return { model: createModel(program.name, graph), inputs, outputs };
}

/** A program on its way into a graph. */
export interface ProgramEmission extends Pick<Emission, 'batchLength' | 'keyOf' | 'transposeLeft'> {
  readonly graph: GraphBuilder;
  readonly program: Program;
  /** Values written so far, by node; those of the inputs have to be there. */
  readonly values: (ValueName | undefined)[];
  /** Reserved names of nodes. */
  readonly names?: ReadonlyMap<NodeId, string>;
}

/** Writes the nodes that are wanted and not yet there. */
export function emitNodes(emission: ProgramEmission, wanted: (id: NodeId) => boolean): void {
  const { graph, program, values, names, ...context } = emission;
  const { nodes } = program;
  nodes.forEach((node, id) => {
    if (values[id] !== undefined || !wanted(id)) return;
    const described = node.label ?? node.op;
    const value = emitNode(node, {
      graph,
      operands: node.operands.map((operand) => values[operand] as ValueName),
      shapes: { out: node.shape, operands: node.operands.map((operand) => nodes[operand].shape) },
      // A label may be the name of an output that comes later.
      name: names?.get(id) ?? (graph.isReserved(described) ? `${described} (value)` : described),
      ...context,
    });
    values[id] = value;
    if (names?.get(id) !== value && node.op !== 'constant') graph.annotate(value, node.shape);
  });
}

/** The length of the symbolic axis, taken from the first input that has it and written when it is first asked for. */
export function batchLengthOf(
  graph: GraphBuilder,
  program: Program,
  inputs: Readonly<Record<string, ValueName>>,
): () => ValueName {
  let made: ValueName | undefined;
  return () => {
    made ??= emitBatchLength(graph, program, inputs);
    return made;
  };
}

function emitBatchLength(
  graph: GraphBuilder,
  program: Program,
  inputs: Readonly<Record<string, ValueName>>,
): ValueName {
  for (const node of program.nodes) {
    if (node.op !== 'input') continue;
    const axis = node.shape.indexOf('batch');
    if (axis < 0) continue;
    const shape = graph.node('Shape', [inputs[node.name]], 'batch/shape');
    return graph.node('Gather', [shape, graph.integers([axis])], 'batch/length', { axis: 0 });
  }
  throw new VardropError(
    'VARDROP_PROGRAM',
    `[onnx] emit ${program.name}: got a symbolic axis that no input has, needs one input of that length. Bind the batch size.`,
  );
}

/** Inputs for the keys of a program, made in the order of its noise. */
function keyInputs(graph: GraphBuilder, program: Program): (name: string) => KeyValues {
  const keys = new Map<string, KeyValues>();
  const rowed = program.nodes.some((node) => node.op === 'noise' && node.shape[0] === 'batch');
  const row = rowed ? graph.input('row', [], 'int64') : graph.integer(0);
  for (const node of program.nodes) {
    if (node.op !== 'noise' || keys.has(node.key)) continue;
    const words = graph.input(`key:${node.key}`, [2], 'uint32');
    const word = (index: number) =>
      graph.node('Gather', [words, graph.integer(index)], `${node.key}/word${index}`, { axis: 0 });
    keys.set(node.key, { words: [word(0), word(1)], row });
  }
  return (name) => keys.get(name) as KeyValues;
}
