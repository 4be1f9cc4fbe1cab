import { type CompiledProgram, compileProgram } from '../backend/compileProgram.js';
import type { Backend } from '../backend/contract.js';
import type { Program } from '../program/program.js';

/** One compiled program for each size of minibatch: the usual one, and the last one of an epoch. */
export interface SizedPrograms {
  readonly source: Program;
  /** `rows` is undefined for a program without a batch axis. */
  of(rows: number | undefined): Promise<CompiledProgram>;
  dispose(): void;
}

/** Compiles a program for each size when it is first asked for. */
export function createSizedPrograms(backend: Backend, source: Program): SizedPrograms {
  const compiled = new Map<number | undefined, CompiledProgram>();
  return {
    source,
    async of(rows) {
      const options = rows === undefined ? {} : { batch: rows };
      const program = compiled.get(rows) ?? (await compileProgram(backend, source, options));
      compiled.set(rows, program);
      return program;
    },
    dispose() {
      for (const program of compiled.values()) program.dispose();
      compiled.clear();
    },
  };
}
