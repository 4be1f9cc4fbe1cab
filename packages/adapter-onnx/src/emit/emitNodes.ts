import { VardropError } from '@vardrop/core';
import type { NodeId, NodeOf, Program, ProgramNode, Shape } from '@vardrop/core/program';
import type { GraphBuilder, ValueName } from '../model/graph.js';
import type { EmissionStyle } from './emission.js';
import { emitNode } from './emitNode.js';

/** Where the nodes of a program are written to, and the values of its inputs. */
export interface EmissionTarget {
  graphOf(id: NodeId): GraphBuilder;
  input(node: NodeOf<'input'>): ValueName;
  /** Writes noise; where it is left out, noise is refused. */
  readonly noise?: (node: NodeOf<'noise'>, graph: GraphBuilder, name: string) => ValueName;
  /** Length of the symbolic axis, a list of one int64. */
  batchLength(): ValueName;
  /** Names that have been reserved for some nodes. */
  readonly named?: ReadonlyMap<NodeId, string>;
  readonly style?: EmissionStyle;
}

/** Writes the nodes of a program. Returns the name of each node's value. */
export function emitNodes(program: Program, target: EmissionTarget): readonly ValueName[] {
  const { nodes } = program;
  const values: ValueName[] = [];
  const outputs = new Set(target.named?.values());
  nodes.forEach((node, id) => {
    if (node.op === 'input') {
      values.push(target.input(node));
      return;
    }
    const graph = target.graphOf(id);
    const reserved = target.named?.get(id);
    const described = node.label ?? node.op;
    // A label may be the name of an output that comes later.
    const name = reserved ?? (graph.isReserved(described) ? `${described} (value)` : described);
    const value =
      node.op === 'noise' && target.noise
        ? target.noise(node, graph, name)
        : emitNode(node, {
            graph,
            operands: node.operands.map((operand) => values[operand]),
            shapes: { out: node.shape, operands: node.operands.map((operand) => nodes[operand].shape) },
            constants: node.operands.map((operand) => uniform(nodes[operand])),
            roots: node.operands.map((operand) => root(nodes[operand], values)),
            name,
            batchLength: target.batchLength,
            style: target.style,
          });
    values.push(value);
    if (!outputs.has(value) && node.op !== 'constant') graph.annotate(value, node.shape);
  });
  return values;
}

function uniform(node: ProgramNode): number | undefined {
  return node.op === 'constant' && typeof node.value === 'number' ? node.value : undefined;
}

function root({ op, operands: [x, y] }: ProgramNode, values: readonly ValueName[]): ValueName | undefined {
  return op === 'mul' && x === y ? values[x] : undefined;
}

/**
 * A function that writes the length of the symbolic axis on its first call, read from the first input that has this
 * axis.
 */
export function batchLengthOf(
  graph: GraphBuilder,
  inputs: readonly { readonly value: ValueName; readonly shape: Shape }[],
): () => ValueName {
  let written: ValueName | undefined;
  return () => {
    if (written !== undefined) return written;
    const source = inputs.find(({ shape }) => shape.includes('batch'));
    if (!source) {
      throw new VardropError(
        'VARDROP_PROGRAM',
        '[onnx] export: got a symbolic axis that no input has, needs one input of that length. Bind the batch size.',
      );
    }
    const lengths = graph.node('Shape', [source.value], 'batch/shape');
    const axis = graph.integers([source.shape.indexOf('batch')]);
    written = graph.node('Gather', [lengths, axis], 'batch/length', { axis: 0 });
    return written;
  };
}
