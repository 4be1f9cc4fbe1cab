import { checkOptionNames } from '../checkOptionNames.js';
import { VardropError } from '../errors.js';
import { bindBatch } from '../program/bindBatch.js';
import { boundProgram } from '../program/boundProgram.js';
import { expand } from '../program/expand.js';
import { flattenProducts } from '../program/flattenProducts.js';
import { type HostNoise, hostNoise } from '../program/hostNoise.js';
import type { BoundProgram, InputRole, Program } from '../program/program.js';
import { elementCount, formatShape, sameShape } from '../program/shapes.js';
import { simplify } from '../program/simplify.js';
import { stackProducts } from '../program/stackProducts.js';
import { stageSums } from '../program/stageSums.js';
import { validate } from '../program/validate.js';
import { hostGenerator } from '../random/index.js';
import { yieldToEvents } from '../yieldToEvents.js';
import { checkBackend } from './checkBackend.js';
import type { Backend, Executable, Iteration, NoiseKey, RunResult, Tensor, Tensors } from './contract.js';
import { disposeAll } from './disposeAll.js';

/** A program compiled for one backend and one batch size. */
export interface CompiledProgram extends Executable {
  /** The program that the backend compiled: bound, expanded and simplified. */
  readonly program: BoundProgram;
  /**
   * Makes the noise of the next run now, where the host makes noise. This costs no time while a backend that computes
   * elsewhere is still busy with the last run. Pass one entry for each iteration. A run with other keys makes its own
   * noise. The noise of at most one run is kept, on the backend, until the next run, the next call, or `dispose`.
   * Throws what `run` throws for keys.
   */
  prepareNoise(iterations: readonly Readonly<Record<string, NoiseKey>>[]): void;
}

/** Noise tensors on the backend, by input, and the keys that they were made from. */
interface MadeNoise {
  readonly keys: Readonly<Record<string, NoiseKey>>;
  readonly tensors: Tensors;
}

/**
 * Makes a program ready to run. Binds the batch size, expands functions that the backend lacks, simplifies,
 * flattens matrix products, stacks those of sequences and validates. If the backend adds up terms in sequence, splits long sums into stages. Then compiles the program. It
 * yields to the event loop before the rewrites and before the backend compiles, for pages. If the
 * backend makes no noise itself, each run fills noise from the host's generator.
 *
 * `run` needs the inputs and keys that the simplified program still uses and ignores others. A caller therefore need
 * not know what `simplify` removed. `run` returns as carried exactly what the source program carries. Throws what
 * `checkBackend` throws for the backend and what `validate` throws for a program that is not well formed. `run` throws
 * `VARDROP_INPUT` for missing inputs, wrong shapes and missing keys.
 */
export async function compileProgram(
  backend: Backend,
  source: Program,
  options: { readonly batch?: number } = {},
): Promise<CompiledProgram> {
  checkBackend('compileProgram', backend);
  checkOptionNames('compileProgram', options, { batch: true });
  // Validate before the rewrites. Empty tensors are allowed, because `simplify` removes them.
  validate(source, { allowEmpty: true });
  const rowKeys = keysOfRows(source);
  await yieldToEvents();
  const bound = options.batch === undefined ? boundProgram(source) : bindBatch(source, options.batch);
  const { functions, terms } = backend.supports;
  const whole = stackProducts(flattenProducts(simplify(expand(bound, functions))));
  validate(whole);
  const simple = terms === undefined ? whole : stageSums(whole, terms);
  const { program, noises } =
    backend.supports.noise === 'host' ? hostNoise(simple) : { program: simple, noises: [] as readonly HostNoise[] };
  const inputs = inputsOf(program, noises);
  const keys = keysOf(simple);
  const unread = unreadCarried(source, program);
  await yieldToEvents();
  const executable = await backend.compile(program);
  // `upload` copies, so one array is enough for the noise of all runs.
  const scratch = new Float32Array(Math.max(0, ...noises.map(({ shape }) => elementCount(shape))));

  const pick = (given: Tensors, roles: readonly InputRole[]) => pickInputs(program, inputs, given, roles);
  let ahead: readonly MadeNoise[] = [];
  const disposeAhead = () => {
    const made = ahead;
    ahead = [];
    for (const { tensors } of made) disposeAll(backend, Object.values(tensors));
  };
  const makeNoise = (given: Readonly<Record<string, NoiseKey>>): MadeNoise => {
    const tensors: Record<string, Tensor> = {};
    try {
      for (const entry of noises) {
        tensors[entry.input] = backend.upload(fillNoise(entry, given[entry.key], scratch), entry.shape);
      }
    } catch (error) {
      disposeAll(backend, Object.values(tensors));
      throw error;
    }
    return { keys: given, tensors };
  };

  return {
    program,
    run(shared, iterations) {
      const made: Tensors[] = [];
      try {
        const prepared = iterations.map((iteration, i): Iteration => {
          const given = checkKeys(program, keys, rowKeys, iteration.keys ?? {});
          const inputs = pick(iteration.inputs ?? {}, ['iteration']);
          if (noises.length === 0) return { inputs, keys: given };
          const kept = ahead[i] && sameKeys(keys, ahead[i].keys, given) ? ahead[i] : undefined;
          const noise = kept ?? makeNoise(given);
          if (!kept) made.push(noise.tensors);
          return { inputs: { ...inputs, ...noise.tensors } };
        });
        return carryUnread(backend, unread, executable.run(pick(shared, ['shared', 'carried']), prepared));
      } finally {
        for (const tensors of made) disposeAll(backend, Object.values(tensors));
        disposeAhead();
      }
    },
    prepareNoise(iterations) {
      disposeAhead();
      if (noises.length === 0) return;
      const made: MadeNoise[] = [];
      ahead = made;
      for (const given of iterations) made.push(makeNoise(checkKeys(program, keys, rowKeys, given)));
    },
    dispose() {
      disposeAhead();
      executable.dispose();
    },
  };
}

function sameKeys(
  names: readonly string[],
  left: Readonly<Record<string, NoiseKey>>,
  right: Readonly<Record<string, NoiseKey>>,
): boolean {
  return names.every((name) => {
    const [a, b] = [left[name], right[name]];
    return a.words[0] === b.words[0] && a.words[1] === b.words[1] && (a.row ?? 0) === (b.row ?? 0);
  });
}

/** Carried inputs that nothing reads. `simplify` removes them, and their outputs become ordinary outputs. */
function unreadCarried(source: Program, simple: Program): readonly string[] {
  const kept = new Set(simple.nodes.flatMap((node) => (node.op === 'input' ? [node.name] : [])));
  return source.nodes.flatMap((node) =>
    node.op === 'input' && node.role === 'carried' && !kept.has(node.name) ? [node.name] : [],
  );
}

/** Returns those outputs of the last iteration as carried values, as in the source program. */
function carryUnread(backend: Backend, names: readonly string[], result: RunResult): RunResult {
  if (names.length === 0) return result;
  const carried: Record<string, Tensor> = { ...result.carried };
  const outputs = result.outputs.map((tensors, i) => {
    const others: Record<string, Tensor> = { ...tensors };
    for (const name of names) {
      if (i === result.outputs.length - 1) carried[name] = others[name];
      else backend.dispose(others[name]);
      delete others[name];
    }
    return others;
  });
  return { carried, outputs };
}

/** The inputs of these roles. Throws `VARDROP_INPUT` if one is missing or has another shape. */
function pickInputs(
  program: Program,
  inputs: ReturnType<typeof inputsOf>,
  given: Tensors,
  roles: readonly InputRole[],
): Tensors {
  const picked: Record<string, Tensor> = {};
  for (const { name, role, shape } of inputs) {
    if (!roles.includes(role)) continue;
    const tensor = given[name];
    if (tensor === undefined) fail(program, `input "${name}": got nothing, needs a tensor ${formatShape(shape)}`);
    if (!sameShape(tensor.shape, shape)) {
      fail(program, `input "${name}": got a tensor ${formatShape(tensor.shape)}, needs ${formatShape(shape)}`);
    }
    picked[name] = tensor;
  }
  return picked;
}

function fail(program: Program, what: string): never {
  throw new VardropError('VARDROP_INPUT', `[${program.name}] ${what}. Pass it to run.`);
}

/** The inputs that the caller provides: all except those of `noises`. */
function inputsOf(program: Program, noises: readonly HostNoise[]) {
  const made = new Set(noises.map((noise) => noise.input));
  return program.nodes.flatMap((node) =>
    node.op === 'input' && !made.has(node.name) ? [{ name: node.name, role: node.role, shape: node.shape }] : [],
  );
}

function keysOf(program: Program): readonly string[] {
  return program.nodes.flatMap((node) => (node.op === 'noise' ? [node.key] : []));
}

/** Keys whose noise has one row per datapoint. A key's `row` matters only for these. */
function keysOfRows(program: Program): ReadonlySet<string> {
  return new Set(program.nodes.flatMap((node) => (node.op === 'noise' && node.shape[0] === 'batch' ? [node.key] : [])));
}

function checkKeys(
  program: Program,
  names: readonly string[],
  rowKeys: ReadonlySet<string>,
  given: Readonly<Record<string, NoiseKey>>,
): Record<string, NoiseKey> {
  return Object.fromEntries(
    names.map((name) => {
      const key = given[name];
      if (key === undefined) fail(program, `key "${name}": got nothing, needs two uint32 words`);
      return [name, rowKeys.has(name) ? key : { words: key.words }];
    }),
  );
}

function fillNoise(noise: HostNoise, key: NoiseKey, scratch: Float32Array): Float32Array {
  const rows = noise.shape[0] ?? 1;
  const count = elementCount(noise.shape);
  const data = scratch.subarray(0, count);
  hostGenerator()[noise.distribution](key.words, data, (key.row ?? 0) * (count / rows));
  return data;
}
