import type { Backend } from '@vardrop/core';
import type { Executable, NoiseKey, Tensor } from '@vardrop/core/backend';
import { type BoundProgram, elementCount, expand, hostNoise } from '@vardrop/core/program';
import * as random from '@vardrop/core/random';
import { exactFunctions, type Sources } from '@vardrop/core/reference';
import { readOutput } from './readOutput.js';
import { checkResultNames, resultHandles } from './resultHandles.js';

/** The data that a program runs on: row-major values of its inputs of all roles, and keys. */
export interface ProgramData {
  readonly inputs: Readonly<Record<string, Float32Array>>;
  readonly keys?: Readonly<Record<string, NoiseKey>>;
}

/** A program in the form that a backend gets it, and the values of the inputs that replace its noise. */
export interface Prepared {
  readonly program: BoundProgram;
  readonly data: ProgramData;
}

/** Core's noise and special functions in the form that the reference takes. */
export const referenceSources: Required<Pick<Sources, 'noise' | 'functions'>> = {
  noise: (distribution, words, out, offset) => random.hostGenerator()[distribution](words, out, offset),
  functions: exactFunctions,
};

/** Replaces special functions and noise that the backend does not compute itself by core's own. */
export function prepare(backend: Backend, program: BoundProgram, data: ProgramData): Prepared {
  const expanded = expand(program, backend.supports.functions);
  if (backend.supports.noise === 'device') {
    const needed = new Set(expanded.nodes.flatMap((node) => (node.op === 'noise' ? [node.key] : [])));
    const keys = Object.entries(data.keys ?? {}).filter(([key]) => needed.has(key));
    return { program: expanded, data: { ...data, keys: Object.fromEntries(keys) } };
  }
  const { program: hosted, noises } = hostNoise(expanded);
  const inputs: Record<string, Float32Array> = { ...data.inputs };
  for (const { input, key, distribution, shape } of noises) {
    const values = new Float32Array(elementCount(shape));
    const noiseKey = data.keys?.[key] as NoiseKey;
    const rows = shape.length > 0 ? (noiseKey.row ?? 0) * elementCount(shape.slice(1)) : 0;
    random.hostGenerator()[distribution](noiseKey.words, values, rows);
    inputs[input] = values;
  }
  return { program: hosted, data: { inputs } };
}

/**
 * Runs one iteration of a bound program and returns its outputs by name, including carried ones. Rejects if an output
 * has another name or shape than the program says. Disposes of everything that it made.
 */
export async function execute(
  backend: Backend,
  program: BoundProgram,
  data: ProgramData,
): Promise<Map<string, Float32Array>> {
  const executable = await backend.compile(program);
  try {
    return await runOnce(backend, executable, program, data);
  } finally {
    executable.dispose();
  }
}

/** The same for a program that is already compiled. */
export async function runOnce(
  backend: Backend,
  executable: Executable,
  program: BoundProgram,
  data: ProgramData,
): Promise<Map<string, Float32Array>> {
  const shared: Record<string, Tensor> = {};
  const iteration: Record<string, Tensor> = {};
  const made: Tensor[] = [];
  try {
    for (const node of program.nodes) {
      if (node.op !== 'input') continue;
      const tensor = backend.upload(data.inputs[node.name], node.shape);
      made.push(tensor);
      (node.role === 'iteration' ? iteration : shared)[node.name] = tensor;
    }
    const result = executable.run(shared, [{ inputs: iteration, keys: data.keys ?? {} }]);
    made.push(...resultHandles(result));
    checkResultNames(program, result, 1);
    const outputs = { ...result.carried, ...result.outputs[0] };
    const values = new Map<string, Float32Array>();
    for (const [name, id] of Object.entries(program.outputs)) {
      values.set(name, await readOutput(backend, name, outputs[name], program.nodes[id].shape));
    }
    return values;
  } finally {
    for (const tensor of made) backend.dispose(tensor);
  }
}
