import type { Program } from '@vardrop/core/program';
import { createGraph, type ValueName } from '../model/graph.js';
import type { ModelProto } from '../model/schema.js';
import { createModel } from './createModel.js';
import type { EmissionStyle } from './emission.js';
import { batchLengthOf, emitNodes } from './emitNodes.js';
import { nameOutputs } from './nameOutputs.js';

/** A program as an ONNX model, with the names that its inputs and outputs have in there. */
export interface EmittedProgram {
  readonly model: ModelProto;
  /** By name in the program. */
  readonly inputs: Readonly<Record<string, ValueName>>;
  readonly outputs: Readonly<Record<string, ValueName>>;
}

/**
 * Writes a program as one ONNX graph, as a backend runs it. Inputs keep their names; the next value of a carried input `w`
 * is the output `w/next`; other values are called after their nodes' labels. Throws `VARDROP_PROGRAM` for nodes that core
 * takes out before a backend sees a program, noise among them.
 */
export function emitProgram(program: Program, style?: EmissionStyle): EmittedProgram {
  const graph = createGraph(17);
  const inputs: Record<string, ValueName> = {};
  // Inputs and outputs first, so that no label takes their names.
  for (const node of program.nodes) {
    if (node.op === 'input') inputs[node.name] = graph.input(node.name, node.shape);
  }
  const { named, reserved, copies } = nameOutputs(graph, program);
  const given = program.nodes.flatMap((node) =>
    node.op === 'input' ? [{ value: inputs[node.name], shape: node.shape }] : [],
  );
  const values = emitNodes(program, {
    graphOf: () => graph,
    input: ({ name }) => inputs[name],
    batchLength: batchLengthOf(graph, given),
    named,
    style,
  });
  for (const name of copies) graph.node('Identity', [values[program.outputs[name]]], reserved[name]);
  for (const [name, id] of Object.entries(program.outputs)) graph.output(reserved[name], program.nodes[id].shape);
  return { model: createModel(program.name, graph), inputs, outputs: reserved };
}
