import { type Builder, createBuilder, type Value } from './builder.js';
import type { NodeId, Program, ProgramNode, Shape } from './program.js';

/**
 * Copies a program node by node. `replace` gets each node with its operands already copied. It returns the value that
 * replaces the node, or undefined to copy the node unchanged. Labels are kept. Replacements must use the program's own
 * shapes, so that a bound program stays bound.
 */
export function rewrite<S extends Shape>(
  program: Program<S>,
  replace: (builder: Builder, node: ProgramNode<S>, operands: readonly Value<S>[], id: NodeId) => Value | undefined,
): Program<S> {
  const builder = createBuilder(program.name);
  const copies: Value<S>[] = [];
  let made = 0;
  program.nodes.forEach((node, id) => {
    const operands = node.operands.map((operand) => copies[operand]);
    const replacement = replace(builder, node, operands, id);
    copies.push((replacement ?? builder.copy(node, operands)) as Value<S>);
    // The nodes of a replacement get the label of the node that they replace.
    for (; builder.node(made) !== undefined; made++) {
      if (node.label && !builder.node(made).label)
        builder.label({ id: made, shape: builder.node(made).shape }, node.label);
    }
  });
  for (const [name, id] of Object.entries(program.outputs)) builder.output(name, copies[id]);
  return builder.build() as Program<S>;
}
