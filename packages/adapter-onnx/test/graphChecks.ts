import type { GraphProto, ModelProto } from '../src/model/schema.js';

/**
 * What is wrong with a model's names: each value made once, before it is read, in its graph or one around it. An empty
 * list for a sound one.
 */
export function namingFaults({ graph }: ModelProto): string[] {
  const faults: string[] = [];
  const made = new Set<string>();
  const define = (name: string) => {
    if (made.has(name)) faults.push(`${name} is made twice`);
    made.add(name);
  };
  const walk = (part: GraphProto) => {
    for (const { name } of [...part.input, ...part.initializer]) define(name);
    for (const node of part.node) {
      for (const name of node.input)
        if (name !== '' && !made.has(name)) faults.push(`${node.name} reads ${name} too early`);
      for (const { g } of node.attribute) if (g) walk(g);
      for (const name of node.output) define(name);
    }
    for (const { name } of part.output) if (!made.has(name)) faults.push(`output ${name} is not made`);
  };
  walk(graph);
  return faults;
}
