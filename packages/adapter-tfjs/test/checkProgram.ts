import type { Backend } from '@vardrop/core';
import type { Tensor } from '@vardrop/core/backend';
import { boundProgram, expand, type Program } from '@vardrop/core/program';
import { errorBound, evaluateNode, withinBound } from '@vardrop/core/reference';

/**
 * Runs a program, with chains in the place of functions that the backend lacks, with all its values as outputs and holds each against the float64 value of its node on the backend's
 * own operands. Gives the values out of bound, as texts.
 */
export async function checkProgram(
  backend: Backend,
  source: Program,
  inputs: Readonly<Record<string, Float32Array>>,
): Promise<string[]> {
  const program = expand(boundProgram(source), backend.supports.functions);
  const { nodes } = program;
  const named = Object.fromEntries(nodes.flatMap((node, id) => (node.op === 'input' ? [] : [[`node${id}`, id]])));
  const executable = await backend.compile({ ...program, outputs: named });
  const tensors: Record<string, Tensor> = {};
  for (const node of nodes) {
    if (node.op === 'input') tensors[node.name] = backend.upload(inputs[node.name], node.shape);
  }
  const [outputs] = executable.run(tensors, [{}]).outputs;
  const values: Float64Array[] = [];
  const wrong: string[] = [];
  for (const [id, node] of nodes.entries()) {
    if (node.op === 'input') {
      values.push(Float64Array.from(inputs[node.name]));
      continue;
    }
    const actual = await backend.read(outputs[`node${id}`]);
    const operands = node.operands.map((operand) => values[operand]);
    const shapes = node.operands.map((operand) => nodes[operand].shape);
    const expected = evaluateNode(node, operands, shapes);
    const bound = errorBound(node, operands, shapes, expected, backend.supports);
    if (actual.length !== expected.length) wrong.push(`node ${id} ${node.op}: ${actual.length} values`);
    expected.forEach((y, i) => {
      if (!withinBound(actual[i], y, bound[i]))
        wrong.push(`node ${id} ${node.op}[${i}]: ${actual[i]} for ${y} ± ${bound[i]}`);
    });
    values.push(Float64Array.from(actual));
  }
  for (const tensor of [...Object.values(tensors), ...Object.values(outputs)]) backend.dispose(tensor);
  executable.dispose();
  return wrong;
}
