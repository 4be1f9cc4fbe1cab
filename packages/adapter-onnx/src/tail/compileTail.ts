import { type BoundProgram, elementCount, type NodeId } from '@vardrop/core/program';
import type { ProgramKernel } from '@vardrop/wasm-kernels';
import { createArena } from './arena.js';

/** A compiled tail. */
export interface Tail {
  /** Where the head puts what it computes for the tail, by name. */
  readonly places: ReadonlyMap<string, Float32Array<ArrayBuffer>>;
  /** Computes all outputs by name from the values of the inputs that have no place. */
  run(inputs: ReadonlyMap<string, Float32Array>): Map<string, Float32Array>;
  /** Takes back an output that nobody uses any more, so that a later run writes to it. */
  giveBack(array: Float32Array): void;
}

/** Outputs of fewer numbers are copied out. */
const leastKept = 1024;

/** Largest memory of a tail, in numbers. */
const mostNumbers = 2 ** 29;

/** States of a training run that are alive at once: the one that a step reads, the one that it writes, and one that is held. */
const states = 3;

/**
 * Compiles a tail to loops of WebAssembly, which read and write each number once. ONNX Runtime passes over memory for each
 * operator, and its binding copies each output. Undefined where the engine lacks vector instructions or the tail is too large.
 */
export async function compileTail(program: BoundProgram, handed: readonly string[]): Promise<Tail | undefined> {
  const { kernelModule, programKernels, runsSimd } = await import('@vardrop/wasm-kernels');
  const { nodes, outputs } = program;
  const size = (id: NodeId) => elementCount(nodes[id].shape);
  const total = nodes.reduce((sum, _, id) => sum + size(id), 0) + states * sumOf(Object.values(outputs).map(size));
  if (!runsSimd() || total > mostNumbers) return undefined;

  const pieces = programKernels(program);
  const module = kernelModule(pieces.flatMap(({ kernel }) => kernel ?? []));
  const storedAt = storageOf(pieces);
  const results = new Set(pieces.flatMap(({ kernel, results }) => (kernel ? results : [])));
  const kept = [...new Set(Object.values(outputs).map(storedAt))].filter(
    (id) => results.has(id) && size(id) >= leastKept,
  );
  const sources = nodes.flatMap(({ op }, id) => (op === 'input' || op === 'constant' ? [id] : []));
  const scratch = pieces.map(({ kernel }) => kernel?.scratch ?? 0);
  const pools = Array.from({ length: states }, () => kept.map(size)).flat();
  const arena = createArena([...[...sources, ...results].map(size), ...scratch], pools);
  const fixed = new Map([...sources, ...results].map((id) => [id, arena.place(size(id))] as const));
  const arrayAt = (id: NodeId, address = fixed.get(id) as number) =>
    new Float32Array(arena.memory.buffer as ArrayBuffer, address, size(id));
  for (const id of sources) {
    const node = nodes[id];
    if (node.op !== 'constant') continue;
    if (typeof node.value === 'number') arrayAt(id).fill(node.value);
    else arrayAt(id).set(node.value);
  }
  const { instance } = await WebAssembly.instantiate(module.bytes, { m: { m: arena.memory } });
  const calls = callsOf(pieces, module.names, instance.exports, scratch.map(arena.place), storedAt);
  const inputs = nodes.flatMap((node, id) => (node.op === 'input' ? [{ id, name: node.name }] : []));

  return {
    places: new Map(inputs.filter(({ name }) => handed.includes(name)).map(({ id, name }) => [name, arrayAt(id)])),
    giveBack: arena.giveBack,
    run(given) {
      const addresses = new Map<NodeId, number>(fixed);
      for (const { id, name } of inputs) {
        const array = given.get(name);
        if (array === undefined) continue;
        const known = arena.addressOf(array);
        if (known === undefined) arrayAt(id).set(array);
        else addresses.set(id, known);
      }
      const made = new Map<NodeId, Float32Array>();
      for (const id of kept) {
        const array = arena.take(size(id));
        if (array === undefined) continue;
        made.set(id, array);
        addresses.set(id, array.byteOffset);
      }
      for (const call of calls) call(addresses);
      return new Map(
        Object.entries(outputs).map(([name, id]) => {
          const stored = storedAt(id);
          const array = made.get(stored);
          // Two outputs of one value do not share an array.
          made.delete(stored);
          return [name, array ?? arrayAt(stored, addresses.get(stored)).slice()];
        }),
      );
    },
  };
}

const sumOf = (numbers: readonly number[]) => numbers.reduce((sum, each) => sum + each, 0);

/** The node in whose place the value of a node is: pieces without a kernel compute nothing. */
function storageOf(pieces: readonly ProgramKernel[]): (id: NodeId) => NodeId {
  const known = new Map<NodeId, NodeId>();
  for (const { kernel, operands, results } of pieces) {
    if (!kernel) known.set(results[0], known.get(operands[0]) ?? operands[0]);
  }
  return (id) => known.get(id) ?? id;
}

/** The calls that compute all pieces, one after the other, from the addresses of all values. */
function callsOf(
  pieces: readonly ProgramKernel[],
  names: readonly (readonly string[])[],
  functions: WebAssembly.Exports,
  scratch: readonly number[],
  storedAt: (id: NodeId) => NodeId,
) {
  const byKernel = names.values();
  return pieces.flatMap(({ kernel, operands, results }, i) => {
    if (!kernel) return [];
    const tensors = [...operands, ...results].map(storedAt);
    const last = kernel.scratch === undefined ? [] : [scratch[i]];
    const ofPhases = byKernel.next().value ?? [];
    return kernel.phases.map(({ tasks }, phase) => {
      const run = functions[ofPhases[phase]] as (...values: number[]) => void;
      return (addresses: ReadonlyMap<NodeId, number>) =>
        run(...tensors.map((id) => addresses.get(id) as number), ...last, 0, tasks);
    });
  });
}
