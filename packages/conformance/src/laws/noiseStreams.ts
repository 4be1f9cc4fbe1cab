import { noiseKeys } from '@vardrop/core/extend';
import { createBuilder, gradients } from '@vardrop/core/program';
import * as random from '@vardrop/core/random';
import { checkOnce } from '../checkProperty.js';
import type { LawContext } from '../law.js';
import { sampleFactor } from '../law.js';
import { run } from '../run.js';
import {
  covarianceThreshold,
  distributionDistance,
  distributionThreshold,
  normalProbability,
  sampleCovariance,
} from '../statistics.js';

/** Numbers of one stream at effort `quick`. */
const samples = 2 ** 15;

/** Noise of two keys, `[batch, 2]` each. */
function twoStreams(distribution: 'uniform' | 'normal') {
  const b = createBuilder('streams');
  for (const name of ['first', 'second']) b.output(name, b.mul(1, b.noise(distribution, name, ['batch', 2])));
  return b.build();
}

/**
 * Properties of streams beyond their exact bits: their distribution, that no two are equal, and that the noise of a
 * step does not depend on other steps.
 */
export async function checkStreams(context: LawContext): Promise<void> {
  const { backend, ledger, seed } = context;
  const rows = (samples * sampleFactor(context.effort)) / 2;
  for (const distribution of ['uniform', 'normal'] as const) {
    await checkOnce(context, `distribution and independence, ${distribution}`, async () => {
      const keys = noiseKeys(['first', 'second'], seed % 2 ** 32, 'training', 7);
      const [{ first, second }] = await run(backend, twoStreams(distribution), {}, [{ keys }], rows);
      const threshold = distributionThreshold(first.length);
      ledger.effect('distribution function', 2 * threshold);
      for (const [name, values] of Object.entries({ first, second })) {
        const distance = distributionDistance(
          values,
          distribution === 'normal' ? normalProbability : (x) => Math.min(Math.max(x, 0), 1),
        );
        if (!(distance <= threshold)) {
          throw new Error(
            `distribution of the ${name} stream over ${values.length} numbers: got one that is ${distance} away, wanted at most ${threshold}`,
          );
        }
        ledger.compare(distance, threshold);
      }
      const variance = distribution === 'normal' ? 1 : 1 / 12;
      const pairs: readonly [string, Float32Array, Float32Array][] = [
        ['two streams', first, second],
        ['neighbours', first.subarray(0, -1), first.subarray(1)],
        ['rows', first.subarray(0, -2), first.subarray(2)],
      ];
      for (const [what, x, y] of pairs) {
        const covariance = sampleCovariance(x, y) / variance;
        const largest = covarianceThreshold(0, 1, x.length);
        ledger.effect('correlation', 2 * largest);
        if (!(Math.abs(covariance) <= largest)) {
          throw new Error(`correlation of ${what} over ${x.length} pairs: got ${covariance}, wanted 0 ± ${largest}`);
        }
        ledger.compare(Math.abs(covariance), largest);
      }
    });
    await checkOnce(context, `forward and backward, ${distribution}`, async () => {
      // d Σ x ε² / dx = ε², whether the backend keeps noise or generates it again.
      const b = createBuilder('both ways');
      const x = b.input('x', ['batch', 3], 'iteration');
      const noise = b.noise(distribution, 'noise', ['batch', 3]);
      const y = b.reduceSum(b.mul(x, b.square(noise)));
      b.output('forward', b.square(noise));
      b.output('backward', gradients(b, y, [x])[0]);
      b.output('y', y);
      const keys = { noise: { words: random.foldIn(random.key(seed), 600) } };
      const inputs = { x: new Float32Array(30).fill(1) };
      const [{ forward, backward }] = await run(backend, b.build(), {}, [{ inputs, keys }], 10);
      forward.forEach((value, i) => {
        if (value !== backward[i]) {
          throw new Error(`noise at ${i}: got ${backward[i]} backward, wanted ${value} as forward`);
        }
      });
      ledger.compare(0, 0);
    });
    await checkOnce(context, `resume from a step, ${distribution}`, async () => {
      const names = ['first', 'second'];
      const keysOf = (step: number) => ({ keys: noiseKeys(names, seed % 2 ** 32, 'training', step) });
      const program = twoStreams(distribution);
      const whole = await run(backend, program, {}, [0, 1, 2, 3, 4].map(keysOf), 5);
      const resumed = await run(backend, program, {}, [3, 4].map(keysOf), 5);
      resumed.forEach((outputs, i) => {
        for (const name of names) {
          const wrong = outputs[name].findIndex((value, j) => !Object.is(value, whole[3 + i][name][j]));
          if (wrong >= 0) {
            throw new Error(
              `${name} stream of step ${3 + i}, resumed, at ${wrong}: got ${outputs[name][wrong]}, wanted ${whole[3 + i][name][wrong]}`,
            );
          }
        }
      });
      const alike = whole[0].first.every((value, j) => value === whole[1].first[j]);
      if (alike) throw new Error('steps 0 and 1 have the same noise, wanted noise of their own');
      ledger.compare(0, 0);
    });
  }
}
