import type { Backend, Tensor } from '../../src/backend/contract.js';
import { logUniformExact } from '../../src/divergences/index.js';
import { dense, sequential, type TrainingState } from '../../src/index.js';
import { sparseVariational } from '../../src/noise/index.js';
import { foldIn, key, normal } from '../../src/random/index.js';
import { createReferenceBackend, evaluate } from '../../src/reference/index.js';
import type { Dataset } from '../../src/training/index.js';

/** 23 points around two centres: with minibatches of 5 the last one has 3. */
export const rows = 23;

/** Two classes, at ±(1, 1) with deviation 0.7. */
export function blobs(count = rows, seed = 1, flipped = false): Dataset {
  const noise = normal(foldIn(key(seed), 0), count * 2);
  const targets = Uint8Array.from({ length: count }, (_, i) => i % 2);
  const inputs = noise.map((value, i) => 0.7 * value + (targets[i >> 1] === 1 ? 1 : -1));
  return { inputs, targets: flipped ? targets.map((label) => 1 - label) : targets };
}

/** A network with one noisy hidden layer. */
export function smallModel() {
  return sequential({
    input: [2],
    noise: sparseVariational({ logVariance: -3 }),
    divergence: logUniformExact(),
    layers: [dense({ units: 4, activation: 'tanh' }), dense({ units: 2 })],
  });
}

/** Bits of a state, for comparing. */
export function bitsOf(state: TrainingState) {
  const bits = (tensors: TrainingState['parameters']) =>
    Object.fromEntries(
      Object.entries(tensors).map(([name, { shape, data }]) => [
        name,
        { shape: [...shape], bits: Array.from(new Uint32Array(data.slice().buffer)) },
      ]),
    );
  return {
    ...state,
    parameters: bits(state.parameters),
    slots: bits(state.optimizer.slots),
    optimizer: state.optimizer.name,
  };
}

/** A backend that holds float32 between steps, as real ones do: each iteration is the float64 program, rounded. */
export function float32Backend(): Backend {
  const inner = createReferenceBackend();
  const values = new Map<Tensor, Float32Array>();
  const hold = (data: Float32Array, shape: readonly number[]): Tensor => {
    const tensor = { shape };
    values.set(tensor, data);
    return tensor;
  };
  return {
    ...inner,
    name: 'float32:test',
    upload: (data, shape) => hold(data.slice(), shape),
    async read(tensor) {
      return values.get(tensor)!.slice();
    },
    dispose(tensor) {
      if (!values.delete(tensor)) throw new Error('disposed of twice');
    },
    liveTensors: () => values.size,
    async compile(program) {
      const inputs = program.nodes.flatMap((node) => (node.op === 'input' ? [node] : []));
      const carriedNames = inputs.filter(({ role }) => role === 'carried').map(({ name }) => name);
      const shapeOf = (name: string) => program.nodes[program.outputs[name]].shape;
      return {
        run(shared, iterations) {
          const given = Object.fromEntries(Object.entries(shared).map(([name, tensor]) => [name, values.get(tensor)!]));
          const outputs = iterations.map((iteration) => {
            const own = Object.entries(iteration.inputs ?? {}).map(([name, tensor]) => [name, values.get(tensor)!]);
            const results = evaluate(program, {
              inputs: { ...given, ...Object.fromEntries(own) },
              keys: iteration.keys,
            });
            for (const name of carriedNames) given[name] = Float32Array.from(results[name]);
            const others = Object.entries(results).filter(([name]) => !carriedNames.includes(name));
            return Object.fromEntries(
              others.map(([name, data]) => [name, hold(Float32Array.from(data), shapeOf(name))]),
            );
          });
          return {
            outputs,
            carried: Object.fromEntries(carriedNames.map((name) => [name, hold(given[name], shapeOf(name))])),
          };
        },
        dispose() {},
      };
    },
  };
}

/** With a value at one place. */
export function spoiled(values: ArrayLike<number>, at: number, value: number): Float32Array {
  const copy = Float32Array.from(values);
  copy[at] = value;
  return copy;
}
