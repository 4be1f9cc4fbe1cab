import { type Node, type Program, type Shape, VardropError } from '@vardrop/core';
import { createGraph, type GraphBuilder, type ValueName } from '../model/graph.js';
import type { ModelProto } from '../model/schema.js';
import { version } from '../version.js';
import { emitNode } from './emitNode.js';

/** The version of ONNX's standard operators that models are written in. */
export const opset = 18;

/** The version of the file format that came with it. */
const irVersion = 8n;

/** A program as an ONNX model, with the names that its inputs and outputs have in there. */
export interface EmittedProgram {
  readonly model: ModelProto;
  /** By name in the program. */
  readonly inputs: Readonly<Record<string, ValueName>>;
  readonly outputs: Readonly<Record<string, ValueName>>;
}

/**
 * Writes a program as one ONNX graph. Inputs keep their names; the next value of a carried input `w` is the output
 * `w/next`; other values are called after their nodes' labels. The symbolic axis stays free, under the name `batch`.
 * Throws `VARDROP_PROGRAM` for nodes that core takes out before a backend sees a program.
 */
export function emitProgram(program: Program): EmittedProgram {
  const graph = createGraph();
  const { nodes } = program;
  const inputs: Record<string, ValueName> = {};
  const outputs: Record<string, ValueName> = {};
  const carried = new Set(nodes.flatMap((node) => (node.op === 'input' && node.role === 'carried' ? [node.name] : [])));
  // Inputs and outputs first, so that no label takes their names.
  for (const node of nodes) {
    if (node.op === 'input') inputs[node.name] = graph.input(node.name, node.shape);
  }
  const named = new Map<number, string>();
  const copies: string[] = [];
  for (const [name, id] of Object.entries(program.outputs)) {
    outputs[name] = graph.reserve(carried.has(name) ? `${name}/next` : name);
    const { op } = nodes[id];
    if (named.has(id) || op === 'input' || op === 'constant') copies.push(name);
    else named.set(id, outputs[name]);
  }

  const values: ValueName[] = [];
  let batch: ValueName | undefined;
  const batchLength = () => {
    batch ??= emitBatchLength(graph, program, inputs);
    return batch;
  };
  nodes.forEach((node, id) => {
    if (node.op === 'input') {
      values.push(inputs[node.name]);
      return;
    }
    const value = emitNode(node, {
      graph,
      operands: node.operands.map((operand) => values[operand]),
      shapes: { out: node.shape, operands: node.operands.map((operand) => nodes[operand].shape) },
      name: named.get(id) ?? describe(node),
      batchLength,
    });
    values.push(value);
    if (named.get(id) !== value && node.op !== 'constant') graph.annotate(value, node.shape);
  });
  for (const name of copies) graph.node('Identity', [values[program.outputs[name]]], outputs[name]);
  for (const [name, id] of Object.entries(program.outputs)) graph.output(outputs[name], nodes[id].shape);
  return { model: createModel(program.name, graph), inputs, outputs };
}

/** A model of one graph, with what it says of itself. */
export function createModel(
  name: string,
  graph: GraphBuilder,
  metadata: Readonly<Record<string, string>> = {},
): ModelProto {
  const properties = { program: name, library: `vardrop ${version}`, ...metadata };
  return {
    irVersion,
    producerName: 'vardrop',
    producerVersion: version,
    graph: graph.build(name),
    opsetImport: [{ domain: '', version: BigInt(opset) }],
    metadataProps: Object.entries(properties).map(([key, value]) => ({ key, value })),
  };
}

/** What a value is called: its node's label, or the operation. */
const describe = (node: Node): string => node.label ?? node.op;

function emitBatchLength(graph: GraphBuilder, program: Program, inputs: EmittedProgram['inputs']): ValueName {
  for (const node of program.nodes) {
    if (node.op !== 'input') continue;
    const axis = (node.shape as Shape).indexOf('batch');
    if (axis < 0) continue;
    const shape = graph.node('Shape', [inputs[node.name]], 'batch/shape');
    return graph.node('Gather', [shape, graph.integers([axis])], 'batch/length', { axis: 0 });
  }
  throw new VardropError(
    'VARDROP_PROGRAM',
    `[onnx] emit ${program.name}: got a symbolic axis that no input has, needs one input of that length. Bind the batch size.`,
  );
}
