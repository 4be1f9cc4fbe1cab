import type { TensorInfo } from '@tensorflow/tfjs';
import type { BoundIteration, Entries, Keys, ProgramInterface, RunEntries } from '@vardrop/core/backend';
import { type BoundProgram, elementCount, type NodeId } from '@vardrop/core/program';
import type { Device } from '../device/device.js';
import type { Entry } from '../device/handles.js';
import type { Plan } from './plan.js';
import { createRunValues, type RunValues } from './runValues.js';
import type { Step } from './step.js';
import type { Settings } from './steps.js';

/** The data of a run that are fixed at compile. */
export interface CompiledRun {
  readonly device: Device;
  readonly program: BoundProgram;
  readonly names: ProgramInterface;
  readonly plan: Plan<Step>;
  readonly constants: ReadonlyMap<NodeId, TensorInfo>;
  /** Outputs that each iteration computes anew. */
  readonly iterationOutputs: readonly NodeId[];
  readonly profile: Settings['profile'];
}

/**
 * Runs a program. The caller owns its results. On a lost device the results are tensors that report the loss when they
 * are read.
 */
export function runProgram(
  run: CompiledRun,
  given: Entries<Entry>,
  iterations: readonly BoundIteration<Entry>[],
): RunEntries<Entry> {
  const { device, program, names, plan, constants } = run;
  if (device.loss.found()) return placeholders(run, iterations.length);
  const values = createRunValues(device, program.nodes.length);
  const results: TensorInfo[] = [];
  const keep = (name: string, id: NodeId): [string, Entry] => {
    const info = device.share(values.get(id));
    results.push(info);
    return [name, { info }];
  };
  try {
    for (const [id, info] of constants) values.lend(id, info);
    for (const { name, id } of names.runInputs) values.lend(id, given.get(name)?.info);
    perform(run, values, plan.once, {});
    const outputs = iterations.map((iteration) => {
      for (const { name, id } of names.iterationInputs) values.lend(id, iteration.inputs.get(name)?.info);
      perform(run, values, plan.each, iteration.keys);
      const fresh = new Map(names.freshOutputs.map((name) => keep(name, program.outputs[name])));
      carryOver(run, values);
      for (const id of run.iterationOutputs) values.release(id);
      return fresh;
    });
    return { carried: new Map(names.carriedInputs.map(({ name, id }) => keep(name, id))), outputs };
  } catch (error) {
    for (const info of results) device.release(info);
    // If the card is lost during a run, tfjs throws various errors.
    if (device.loss.found()) return placeholders(run, iterations.length);
    throw error;
  } finally {
    values.releaseAll();
  }
}

function perform({ profile }: CompiledRun, values: RunValues, steps: Plan<Step>['each'], keys: Keys): void {
  for (const step of steps) {
    const started = profile ? performance.now() : 0;
    const made = step.run(
      step.operands.map((id) => values.get(id)),
      keys,
    );
    profile?.({ kind: step.kind, label: step.label, milliseconds: performance.now() - started });
    step.results.forEach((id, i) => {
      values.own(id, made[i]);
    });
    for (const id of step.dead) values.release(id);
  }
}

/** Updates the carried inputs. All new values are taken first, because one may be the old value of another input. */
export function carryOver({ device, program, names }: CompiledRun, values: RunValues): void {
  const next = names.carriedInputs.map(({ name }) => device.share(values.get(program.outputs[name])));
  names.carriedInputs.forEach(({ id }, i) => {
    values.release(id);
    values.own(id, next[i]);
  });
}

/** The results of a run on a lost device. */
function placeholders({ device, program, names }: CompiledRun, count: number): RunEntries<Entry> {
  const zeros = (name: string) => {
    const { shape } = program.nodes[program.outputs[name]];
    return [name, { info: device.create(new Float32Array(elementCount(shape)), shape) }] as const;
  };
  return {
    carried: new Map(names.carriedInputs.map(({ name }) => zeros(name))),
    outputs: Array.from({ length: count }, () => new Map(names.freshOutputs.map(zeros))),
  };
}
