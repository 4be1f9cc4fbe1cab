import type { Network } from '@vardrop/core';
import { compileProgram, type Tensor } from '@vardrop/core/backend';
import { allTensors } from '@vardrop/core/extend';
import { createBuilder } from '@vardrop/core/program';

/** Rows per run. */
const batch = 1000;

/**
 * The energy `−log Σ exp logit` of each row (Liu, Wang, Owens & Li 2020), with the weights' means, averaged over networks: the higher, the
 * less a row is like those of the training.
 */
export async function energies(networks: readonly Network[], inputs: Float32Array): Promise<Float64Array> {
  const [{ model, backend }] = networks;
  const width = model.inputShape.reduce((product, n) => product * n, 1);
  const rows = inputs.length / width;
  const sums = new Float64Array(rows);
  const source = energyProgram(networks[0]);
  for (let first = 0; first < rows; first += batch) {
    const count = Math.min(batch, rows - first);
    const program = await compileProgram(backend, source, { batch: count });
    const owned: Tensor[] = [];
    const upload = (data: Float32Array, shape: readonly number[]) => {
      const tensor = backend.upload(data, shape);
      owned.push(tensor);
      return tensor;
    };
    try {
      const x = upload(inputs.subarray(first * width, (first + count) * width), [count, ...model.inputShape]);
      for (const { parameters } of networks) {
        const own = Object.entries(parameters).map(([name, { data, shape }]) => [name, upload(data, shape)]);
        const { outputs } = program.run({ x, ...Object.fromEntries(own) }, [{}]);
        owned.push(...Object.values(outputs[0]));
        const found = await backend.read(outputs[0].energy);
        found.forEach((energy, i) => {
          sums[first + i] += energy / networks.length;
        });
      }
    } finally {
      for (const tensor of owned) backend.dispose(tensor);
      program.dispose();
    }
  }
  return sums;
}

function energyProgram({ model }: Network) {
  const b = createBuilder('energy');
  const x = b.input('x', ['batch', ...model.inputShape]);
  const values = Object.fromEntries(allTensors(model).map(({ name, shape }) => [name, b.input(name, shape)]));
  const logits = model.apply(b, x, values, 'mean');
  const greatest = b.reduceMax(logits, [1], true);
  const rest = b.log(b.reduceSum(b.exp(b.sub(logits, greatest)), [1], true));
  b.output('energy', b.neg(b.add(greatest, rest)));
  return b.build();
}
