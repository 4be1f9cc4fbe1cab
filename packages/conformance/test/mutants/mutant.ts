import type { Backend } from '@vardrop/core';
import type { Executable, Supports } from '@vardrop/core/backend';
import {
  type BoundProgram,
  type Builder,
  type NodeOf,
  type Op,
  type ProgramNode,
  rewrite,
  type Value,
} from '@vardrop/core/program';
import * as random from '@vardrop/core/random';
import { createReferenceBackend, type NoiseSource } from '@vardrop/core/reference';
import { coreModels, type Models } from '../../src/models.js';

/** A backend or a set of models with one defect, and the law that has to notice it. */
export interface Mutant {
  /** What is broken: an operation, noise, a lifetime, a model. */
  readonly subject: string;
  readonly defect: string;
  /** Id of the law that names the defect. */
  readonly law: string;
  /** The properties of the law that are tried; all if left out. */
  readonly properties?: readonly string[];
  /** The reference if left out. */
  readonly create?: () => Backend;
  /** Core's if left out. */
  readonly models?: Models;
}

export type Replace = (b: Builder, node: ProgramNode, operands: readonly Value[]) => Value | undefined;

/** The reference with some operations replaced by others. */
export function replacing(replace: Replace): () => Backend {
  return () => {
    const backend = createReferenceBackend();
    return { ...backend, compile: (program: BoundProgram) => backend.compile(rewrite(program, replace)) };
  };
}

/** The reference with one operation replaced; `wrong` gives what stands in its place, or undefined for what is right. */
export function breaking<K extends Op>(
  op: K,
  wrong: (b: Builder, node: NodeOf<K>, operands: readonly Value[]) => Value | undefined,
): () => Backend {
  return replacing((b, node, operands) => (node.op === op ? wrong(b, node as NodeOf<K>, operands) : undefined));
}

/** The reference with another source of noise. */
export function noisy(source: NoiseSource): () => Backend {
  return () => createReferenceBackend({ noise: source });
}

/** Noise as it should be. */
export const generate: NoiseSource = (distribution, words, out, offset) =>
  random.hostGenerator()[distribution](words, out, offset);

/** The reference with some of its methods replaced. */
export function overriding(change: (backend: Backend) => Partial<Backend>): () => Backend {
  return () => {
    const backend: Backend = createReferenceBackend();
    return { ...backend, ...change(backend) };
  };
}

/** The reference whose executables are changed. */
export function executing(change: (executable: Executable, backend: Backend) => Partial<Executable>): () => Backend {
  return overriding((backend) => ({
    compile: async (program) => {
      const executable = await backend.compile(program);
      return { ...executable, ...change(executable, backend) };
    },
  }));
}

/** The reference that declares something else. */
export function declaring(supports: Partial<Supports>): () => Backend {
  return overriding((backend) => ({ supports: { ...backend.supports, ...supports } }));
}

/** Core's models with some replaced. */
export function withModels(change: Partial<Models>): Models {
  return { ...coreModels, ...change };
}
