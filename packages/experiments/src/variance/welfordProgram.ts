import type { Builder, Program, Value } from '@vardrop/core/program';
import { createBuilder, gradients } from '@vardrop/core/program';

/** The function whose gradient is measured, as values of the program being built. */
export interface DifferentiatedLoss {
  /** A scalar, the sum over the given rows, so that gradients add up over chunks of rows. */
  readonly loss: Value;
  /** The variables of the gradient, by name. */
  readonly groups: Readonly<Record<string, Value>>;
  /** Scalars that are summed over chunks of rows and draws, by name. */
  readonly sums?: Readonly<Record<string, Value>>;
}

/**
 * A program that accumulates the variance of gradients draw by draw (Welford 1962). So only one sum of squares per group of
 * parameters has to leave the device. A draw may come in several chunks of rows.
 *
 * Inputs of role `iteration`, beside those of `build`: the scalars `first` and `last` (1 in the first or last chunk of a
 * draw, else 0) and `share` (1 / number of the draw, from 1). Carried, all beginning as 0: `sum/G` and `mean/G` of each
 * group's shape, and the scalars `squares/G`, after k draws `Σ |g − mean|²` over draws and parameters, and `total/S`.
 */
export function welfordProgram(build: (b: Builder) => DifferentiatedLoss): Program {
  const b = createBuilder('gradient spread');
  const { loss, groups, sums = {} } = build(b);
  const first = b.input('first', [], 'iteration');
  const last = b.input('last', [], 'iteration');
  const share = b.input('share', [], 'iteration');
  const names = Object.keys(groups);
  const derivatives = gradients(b, loss, Object.values(groups));
  names.forEach((name, i) => {
    const { shape } = groups[name];
    const sum = b.input(`sum/${name}`, shape, 'carried');
    const mean = b.input(`mean/${name}`, shape, 'carried');
    const squares = b.input(`squares/${name}`, [], 'carried');
    const gradient = b.add(b.mul(sum, b.sub(1, first)), derivatives[i]);
    const deviation = b.sub(gradient, mean);
    // |g − old mean| |g − new mean| = (1 − 1/k) |g − old mean|².
    const spread = b.mul(b.mul(last, b.sub(1, share)), b.reduceSum(b.square(deviation)));
    b.output(`sum/${name}`, gradient);
    b.output(`mean/${name}`, b.add(mean, b.mul(b.mul(last, share), deviation)));
    b.output(`squares/${name}`, b.add(squares, spread));
  });
  for (const [name, value] of Object.entries(sums)) {
    b.output(`total/${name}`, b.add(b.input(`total/${name}`, [], 'carried'), value));
  }
  return b.build();
}
