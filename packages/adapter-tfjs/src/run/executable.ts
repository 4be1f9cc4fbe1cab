import type { TensorInfo } from '@tensorflow/tfjs';
import {
  type BackendLifetime,
  createExecutableOf,
  type Executable,
  type Keys,
  programInterface,
  type RunEntries,
} from '@vardrop/core/backend';
import {
  type BoundProgram,
  elementCount,
  invariantNodes,
  type NodeId,
  operationClass,
  separatePooling,
  withoutTransposeFlags,
} from '@vardrop/core/program';
import type { Device } from '../device/device.js';
import { emptyPools } from '../device/emptyPools.js';
import type { Entry, Handles } from '../device/handles.js';
import { checkLimits, mostCells } from './checkLimits.js';
import { planSteps } from './plan.js';
import { compileSteps, type Settings } from './steps.js';

/**
 * Compiles a program for `device`. All decisions are taken here: the lowering of each node, the order, what is computed
 * once a run, and the last use of every value, after which its memory is given back.
 */
export async function createExecutable(
  device: Device,
  lifetime: BackendLifetime,
  handles: Handles,
  given: BoundProgram,
  settings: Settings,
): Promise<Executable> {
  // On wasm a product with a flag runs in a naive loop, twelve times slower than transpose and product together.
  const separated = separatePooling(given, mostCells(device));
  const program =
    device.name === 'cpu' || device.name === 'webgl' ? separated : withoutTransposeFlags(separated, 'both');
  const { nodes, outputs } = program;
  const shapeOf = (id: NodeId) => nodes[id].shape;

  checkLimits(device, program);
  const { runInputs, iterationInputs, carriedInputs, freshOutputs } = programInterface(program);
  const steps = await compileSteps(device, program, settings);
  const read = new Set([...steps.flatMap((step) => step.operands), ...Object.values(outputs)]);
  const constants = new Map<NodeId, TensorInfo>();
  nodes.forEach((node, id) => {
    if (node.op !== 'constant' || !read.has(id)) return;
    constants.set(id, device.create(constantValues(node.value, shapeOf(id)), shapeOf(id)));
  });
  const plan = planSteps(program, steps);
  const shared = invariantNodes(program);
  const iterationOutputs = [...new Set(Object.values(outputs))].filter(
    (id) => !shared[id] && operationClass[nodes[id].op] !== 'source',
  );
  /** What a run on a lost device returns: tensors that say so when they are read. */
  const placeholders = (count: number): RunEntries<Entry> => {
    const zeros = (name: string) => {
      const shape = shapeOf(outputs[name]);
      return [name, { info: device.create(new Float32Array(elementCount(shape)), shape) }] as const;
    };
    return {
      carried: new Map(carriedInputs.map(({ name }) => zeros(name))),
      outputs: Array.from({ length: count }, () => new Map(freshOutputs.map(zeros))),
    };
  };

  return createExecutableOf({
    lifetime,
    handles: handles.table,
    program: given,
    execute(start, iterations) {
      if (device.loss.found()) return placeholders(iterations.length);

      const values: (TensorInfo | undefined)[] = new Array(nodes.length);
      /** Nodes whose value this run made and has yet to let go of. */
      const owned = new Set<NodeId>();
      const results: TensorInfo[] = [];
      const release = (id: NodeId) => {
        if (!owned.delete(id)) return;
        device.release(values[id] as TensorInfo);
        values[id] = undefined;
      };
      const perform = (list: typeof plan.each, keys: Keys) => {
        for (const step of list) {
          const started = settings.profile ? performance.now() : 0;
          const made = step.run(
            step.operands.map((id) => values[id] as TensorInfo),
            keys,
          );
          settings.profile?.({ kind: step.kind, label: step.label, milliseconds: performance.now() - started });
          step.results.forEach((id, i) => {
            values[id] = made[i];
            owned.add(id);
          });
          for (const id of step.dead) release(id);
        }
      };
      const keep = (name: string, id: NodeId): [string, Entry] => {
        const info = device.share(values[id] as TensorInfo);
        results.push(info);
        return [name, { info }];
      };

      try {
        for (const [id, info] of constants) values[id] = info;
        for (const { name, id } of runInputs) values[id] = start.get(name)?.info;
        perform(plan.once, {});
        const outputsOf = iterations.map(({ inputs, keys }) => {
          for (const { name, id } of iterationInputs) values[id] = inputs.get(name)?.info;
          perform(plan.each, keys);
          const fresh = new Map(freshOutputs.map((name) => keep(name, outputs[name])));
          // All next values are taken before any is put in place: one carried value may be another's old one.
          const next = carriedInputs.map(({ name }) => device.share(values[outputs[name]] as TensorInfo));
          carriedInputs.forEach(({ id }, i) => {
            release(id);
            values[id] = next[i];
            owned.add(id);
          });
          for (const id of iterationOutputs) release(id);
          return fresh;
        });
        return { carried: new Map(carriedInputs.map(({ name, id }) => keep(name, id))), outputs: outputsOf };
      } catch (error) {
        for (const info of results) device.release(info);
        // A card that is taken away in the middle makes tfjs throw all manner of things.
        if (device.loss.found()) return placeholders(iterations.length);
        throw error;
      } finally {
        for (const id of [...owned]) release(id);
      }
    },
    dispose() {
      for (const info of constants.values()) device.release(info);
      // Other programs have tensors of other sizes.
      emptyPools(device);
    },
  });
}

function constantValues(value: number | readonly number[], shape: readonly number[]): Float32Array {
  const size = elementCount(shape);
  return typeof value === 'number' ? new Float32Array(size).fill(value) : Float32Array.from(value);
}
