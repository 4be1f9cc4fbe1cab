import type { Keys } from '@vardrop/core/backend';
import { type BoundNode, type BoundProgram, elementCount, type NodeId } from '@vardrop/core/program';
import { encodeStream } from '../print/threefry.js';

/** An input that tells a noise node which stream to read. */
export interface StreamInput {
  readonly name: string;
  readonly key: string;
  /** Elements of noise for one row of data. */
  readonly units: number;
}

/** The same program, in which each noise node has an operand: an input that tells which stream to read. */
export function withStreams(program: BoundProgram): {
  readonly program: BoundProgram;
  readonly streams: readonly StreamInput[];
} {
  const nodes: BoundNode[] = [];
  const moved: NodeId[] = [];
  const streams: StreamInput[] = [];
  for (const node of program.nodes) {
    if (node.op !== 'noise') {
      moved.push(nodes.push({ ...node, operands: node.operands.map((operand) => moved[operand]) }) - 1);
      continue;
    }
    const id = nodes.length;
    const name = `stream:${node.key}`;
    streams.push({ name, key: node.key, units: elementCount(node.shape.slice(1)) });
    nodes.push({ op: 'input', name, role: 'iteration', operands: [], shape: [8] });
    moved.push(nodes.push({ ...node, operands: [id] }) - 1);
  }
  const outputs = Object.fromEntries(Object.entries(program.outputs).map(([name, id]) => [name, moved[id]]));
  return { program: { name: program.name, nodes, outputs }, streams };
}

/** The values of these inputs in one iteration, by name. */
export function encodeStreams(keys: Keys, streams: readonly StreamInput[]): (readonly [string, Float32Array])[] {
  return streams.map(({ name, key, units }) => [name, encodeStream(keys[key].words, (keys[key].row ?? 0) * units)]);
}
