import type { Program } from '@vardrop/core/program';
import type { GraphBuilder, ValueName } from '../model/graph.js';

/**
 * Reserves the names of outputs. A node that is an output already, an input or a constant is copied for a further
 * output.
 */
export function nameOutputs(graph: GraphBuilder, program: Program) {
  const carried = new Set(
    program.nodes.flatMap((node) => (node.op === 'input' && node.role === 'carried' ? [node.name] : [])),
  );
  const named = new Map<number, string>();
  const reserved: Record<string, ValueName> = {};
  const copies: string[] = [];
  for (const [name, id] of Object.entries(program.outputs)) {
    reserved[name] = graph.reserve(carried.has(name) ? `${name}/next` : name);
    const { op } = program.nodes[id];
    if (named.has(id) || op === 'input' || op === 'constant') copies.push(name);
    else named.set(id, reserved[name]);
  }
  return { named, reserved, copies };
}
