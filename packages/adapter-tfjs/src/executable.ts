import type { TensorInfo } from '@tensorflow/tfjs';
import { VardropError } from '@vardrop/core';
import {
  bindInputs,
  type Executable,
  type Iteration,
  programInputs,
  type RunResult,
  type Tensor,
} from '@vardrop/core/backend';
import {
  elementCount,
  invariantNodes,
  type NodeId,
  type Program,
  separatePooling,
  withoutTransposeFlags,
} from '@vardrop/core/program';
import { checkLimits, mostCells } from './checkLimits.js';
import type { Device } from './device.js';
import { emptyPools } from './gpu/emptyPools.js';
import type { Handles } from './handles.js';
import { isSource, planSteps } from './plan.js';
import { compileSteps, type Keys, type Settings } from './steps.js';

/**
 * Compiles a program for `device`. All decisions are taken here: the lowering of each node, the order, what is computed
 * once a run, and the last use of every value, after which its memory is given back.
 */
export async function createExecutable(
  device: Device,
  handles: Handles,
  given: Program,
  settings: Settings,
): Promise<Executable> {
  // On wasm a product with a flag runs in a naive loop, twelve times slower than transpose and product together.
  const separated = separatePooling(given, mostCells(device));
  const program =
    device.name === 'cpu' || device.name === 'webgl' ? separated : withoutTransposeFlags(separated, 'both');
  const { nodes, outputs } = program;
  const who = `[tfjs:${device.name}] run ${program.name}`;
  const shapeOf = (id: NodeId) => nodes[id].shape as readonly number[];

  checkLimits(device, program);
  const inputs = programInputs(program);
  const steps = await compileSteps(device, program, settings);
  const read = new Set([...steps.flatMap((step) => step.operands), ...Object.values(outputs)]);
  const constants = new Map<NodeId, TensorInfo>();
  nodes.forEach((node, id) => {
    if (node.op !== 'constant' || !read.has(id)) return;
    constants.set(id, device.create(constantValues(node.value, shapeOf(id)), shapeOf(id)));
  });
  const plan = planSteps(program, steps);
  const shared = invariantNodes(program);
  const carriedInputs = inputs.filter((input) => input.role === 'carried');
  const iterationInputs = inputs.filter((input) => input.role === 'iteration');
  const runInputs = inputs.filter((input) => input.role !== 'iteration');
  const carriedNames = new Set(carriedInputs.map((input) => input.name));
  const freshOutputs = Object.keys(outputs).filter((name) => !carriedNames.has(name));
  const iterationOutputs = [...new Set(Object.values(outputs))].filter((id) => !shared[id] && !isSource(nodes[id]));
  const keyNames = [...new Set(nodes.flatMap((node) => (node.op === 'noise' ? [node.key] : [])))];
  /** What a run on a lost device returns: handles that say so when they are read. */
  const placeholders = (count: number): RunResult => {
    const zeros = (name: string) => {
      const shape = shapeOf(outputs[name]);
      return [name, handles.add(device.create(new Float32Array(elementCount(shape)), shape))] as const;
    };
    return {
      carried: Object.fromEntries([...carriedNames].map(zeros)),
      outputs: Array.from({ length: count }, () => Object.fromEntries(freshOutputs.map(zeros))),
    };
  };
  let disposed = false;

  return {
    run(sharedTensors, iterations) {
      if (disposed) {
        throw new VardropError(
          'VARDROP_DISPOSED',
          `${who}: got a disposed executable, needs a live one. Compile the program again.`,
        );
      }
      device.check(`run ${program.name}`);
      // Everything is checked before anything is computed.
      const start = bindInputs(who, sharedTensors, runInputs, handles.table);
      const minibatches = iterations.map((iteration: Iteration, i) =>
        bindInputs(`${who}, iteration ${i}`, iteration.inputs ?? {}, iterationInputs, handles.table),
      );

      iterations.forEach(({ keys }, i) => {
        const missing = keyNames.find((name) => !keys?.[name]);
        if (missing === undefined) return;
        throw new VardropError(
          'VARDROP_INPUT',
          `${who}, iteration ${i}: got no key "${missing}", needs one for each stream of noise. Pass it in \`keys\`.`,
        );
      });
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
      const execute = (list: typeof plan.each, keys: Keys) => {
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
      const keep = (info: TensorInfo) => {
        const kept = device.share(info);
        results.push(kept);
        return kept;
      };

      try {
        for (const [id, info] of constants) values[id] = info;
        for (const [id, { info }] of start) values[id] = info;
        execute(plan.once, {});
        const outputsOf: Record<string, TensorInfo>[] = [];
        for (const [i, minibatch] of minibatches.entries()) {
          for (const [id, { info }] of minibatch) values[id] = info;
          execute(plan.each, iterations[i].keys ?? {});
          outputsOf.push(
            Object.fromEntries(freshOutputs.map((name) => [name, keep(values[outputs[name]] as TensorInfo)])),
          );
          // All next values are taken before any is put in place: one carried value may be another's old one.
          const next = carriedInputs.map(({ name }) => device.share(values[outputs[name]] as TensorInfo));
          carriedInputs.forEach(({ id }, i) => {
            release(id);
            values[id] = next[i];
            owned.add(id);
          });
          for (const id of iterationOutputs) release(id);
        }
        const carriedInfos = carriedInputs.map(({ name, id }) => [name, keep(values[id] as TensorInfo)] as const);
        const hand = (entries: Iterable<readonly [string, TensorInfo]>): Record<string, Tensor> =>
          Object.fromEntries(Array.from(entries, ([name, info]) => [name, handles.add(info)]));
        const result: RunResult = {
          carried: hand(carriedInfos),
          outputs: outputsOf.map((o) => hand(Object.entries(o))),
        };
        return result;
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
      if (disposed) return;
      disposed = true;
      for (const info of constants.values()) device.release(info);
      // Other programs have tensors of other sizes.
      emptyPools(device);
    },
  };
}

function constantValues(value: number | readonly number[], shape: readonly number[]): Float32Array {
  const size = elementCount(shape);
  return typeof value === 'number' ? new Float32Array(size).fill(value) : Float32Array.from(value);
}
