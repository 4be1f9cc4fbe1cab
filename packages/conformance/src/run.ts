import type { Backend } from '@vardrop/core';
import { compileProgram, type NoiseKey, type Tensor } from '@vardrop/core/backend';
import type { Program } from '@vardrop/core/program';
import { readOutput } from './readOutput.js';
import { checkResultNames, resultHandles } from './resultHandles.js';

/** The data of one iteration, on the host. */
export interface HostIteration {
  readonly inputs?: Readonly<Record<string, Float32Array>>;
  readonly keys?: Readonly<Record<string, NoiseKey>>;
}

/**
 * Runs iterations of a program the way that core does, and returns each iteration's outputs. Core makes the noise and
 * special functions that a backend lacks. Disposes of everything that it made.
 *
 * @param shared values of the inputs of role `shared`
 */
export async function run(
  backend: Backend,
  source: Program,
  shared: Readonly<Record<string, Float32Array>>,
  iterations: readonly HostIteration[],
  batch?: number,
): Promise<Readonly<Record<string, Float32Array>>[]> {
  const compiled = await compileProgram(backend, source, { batch });
  const made: Tensor[] = [];
  const upload = (values: Readonly<Record<string, Float32Array>>) => {
    const tensors: Record<string, Tensor> = {};
    for (const node of compiled.program.nodes) {
      if (node.op !== 'input' || !Object.hasOwn(values, node.name)) continue;
      tensors[node.name] = backend.upload(values[node.name], node.shape);
      made.push(tensors[node.name]);
    }
    return tensors;
  };
  try {
    const result = compiled.run(
      upload(shared),
      iterations.map(({ inputs = {}, keys = {} }) => ({ inputs: upload(inputs), keys })),
    );
    made.push(...resultHandles(result));
    checkResultNames(source, result, iterations.length);
    const read: Record<string, Float32Array>[] = [];
    for (const outputs of result.outputs) {
      const values: Record<string, Float32Array> = {};
      for (const [name, id] of Object.entries(compiled.program.outputs)) {
        if (Object.hasOwn(result.carried, name)) continue;
        values[name] = await readOutput(backend, name, outputs[name], compiled.program.nodes[id].shape);
      }
      read.push(values);
    }
    return read;
  } finally {
    for (const tensor of made) backend.dispose(tensor);
    compiled.dispose();
  }
}
