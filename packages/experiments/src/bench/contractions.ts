import { createBuilder, type Program, type Value } from '@vardrop/core/program';
import type { Workload } from './workload.js';

/** Matrix products `[m, k] · [k, n]`, `count` of them. */
export interface Contraction {
  readonly m: number;
  readonly k: number;
  readonly n: number;
  readonly count: number;
}

/**
 * Matrix products of one training step: forward, and the gradients of weights and of activations. Both moments and their
 * gradients have the same shapes, so noise doubles each count.
 */
export function contractions({ widths, batch }: Workload, noise: boolean): readonly Contraction[] {
  const count = noise ? 2 : 1;
  return widths.slice(1).flatMap((out, layer) => {
    const into = widths[layer];
    const forward = { m: batch, k: into, n: out, count };
    const weightGradient = { m: into, k: batch, n: out, count };
    const inputGradient = { m: batch, k: out, n: into, count };
    return layer > 0 ? [forward, weightGradient, inputGradient] : [forward, weightGradient];
  });
}

/**
 * Matrix products of a prediction. Without samples: one pass with the weights' means. With samples: both moments of each layer.
 * Those of the first layer count once, since its inputs are the same for all samples.
 */
export function predictionContractions({ widths, batch }: Workload, samples: number): readonly Contraction[] {
  return widths.slice(1).map((n, layer) => {
    const count = samples === 0 ? 1 : layer === 0 ? 2 : 2 * samples;
    return { m: batch, k: widths[layer], n, count };
  });
}

/** 10⁹ multiplications and additions of matrix products: `2 m k n` each. */
export function gigaflop(products: readonly Contraction[]): number {
  return products.reduce((sum, { m, k, n, count }) => sum + 2e-9 * m * k * n * count, 0);
}

/**
 * The matrix products alone, as one program whose inputs are on the backend: it measures how fast the backend's library is. No
 * two products have the same operands, or they would be computed once. Operands on the right are new in each run, as the
 * weights and gradients of a step are. Each result is multiplied by a column and summed. The sum of all sums is the output
 * `total` `[]`: reading it waits for all products and copies one number.
 */
export function contractionsProgram(products: readonly Contraction[]): Program {
  const b = createBuilder('contractions');
  const inputs = new Map<string, Value>();
  const operand = (name: string, shape: readonly number[]): Value => {
    const known = inputs.get(name) ?? b.input(name, shape, 'iteration');
    inputs.set(name, known);
    return known;
  };
  const sums = products.flatMap(({ m, k, n, count }, i) =>
    Array.from({ length: count }, (_, copy) => {
      const product = b.matmul(operand(`left ${m}x${k}`, [m, k]), operand(`right ${i} ${copy}`, [k, n]));
      return b.reduceSum(b.matmul(product, operand(`column ${n}`, [n, 1])), [0, 1]);
    }),
  );
  b.output(
    'total',
    sums.reduce((total, sum) => b.add(total, sum)),
  );
  return b.build();
}
