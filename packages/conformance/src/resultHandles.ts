import type { RunResult, Tensor } from '@vardrop/core/backend';
import type { Program } from '@vardrop/core/program';

/** All handles in a result, under any name. Other values are skipped. */
export function resultHandles({ carried, outputs }: RunResult): Tensor[] {
  return [carried, ...outputs].flatMap((tensors) =>
    Object.values(tensors ?? {}).filter((tensor) => typeof tensor === 'object' && tensor !== null),
  );
}

/** Throws unless a result has the names of the program: its carried values, and the other outputs of each iteration. */
export function checkResultNames(program: Program, { carried, outputs }: RunResult, iterations: number): void {
  const kept = new Set(
    program.nodes.flatMap((node) => (node.op === 'input' && node.role === 'carried' ? [node.name] : [])),
  );
  const names = Object.keys(program.outputs);
  const check = (what: string, got: Readonly<Record<string, unknown>> | undefined, wanted: readonly string[]) => {
    const given = Object.keys(got ?? {});
    const missing = wanted.filter((name) => !given.includes(name));
    const unknown = given.filter((name) => !wanted.includes(name));
    if (missing.length === 0 && unknown.length === 0) return;
    const list = (all: readonly string[]) => all.map((name) => `"${name}"`).join(', ') || 'none';
    throw new Error(`${what}: got the names ${list(given)}, wanted ${list(wanted)}`);
  };
  check('carried values', carried, [...kept]);
  if (outputs.length !== iterations) {
    throw new Error(`iterations: got outputs of ${outputs.length}, wanted ${iterations}`);
  }
  const fresh = names.filter((name) => !kept.has(name));
  for (const [i, each] of outputs.entries()) check(`outputs of iteration ${i}`, each, fresh);
}
