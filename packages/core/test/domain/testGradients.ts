import { describe, expect, it } from 'vitest';
import { type Combination, combinations } from '../../src/combinations.js';
import { checkGradients } from './checkGradients.js';
import type { GradientCase } from './gradientCases.js';

/** Every valid combination. */
export const everyCombination: readonly Combination[] = combinations().filter(({ refusal }) => refusal === undefined);

/** Each noise and estimator with one divergence, where the noise learns something. Divergences do not see the layer. */
export const oneDivergence: readonly Combination[] = everyCombination.filter(
  ({ noise, estimator, divergence }, i) =>
    (divergence === null) === (noise.learns === undefined) &&
    everyCombination.findIndex(
      (one) =>
        one.noise === noise && one.estimator === estimator && (one.divergence === null) === (divergence === null),
    ) === i,
);

/** Tests the gradients of a network under each of the combinations that its layers allow; the others have to be refused. */
export function testGradients(given: GradientCase, all: readonly Combination[]): void {
  describe(`gradients of ${given.name} against Richardson differences`, () => {
    for (const { noise, estimator, divergence } of all) {
      const name = [noise.name, noise.alpha, estimator.name, divergence?.name ?? 'no divergence']
        .filter(Boolean)
        .join(', ');
      const build = () => given.build({ noise, estimator, divergence });
      const reason = given.refuses?.({ noise, estimator });
      if (reason !== undefined) {
        const message = expect.stringMatching(reason);
        it(`refuses ${name}`, () =>
          expect(build).toThrow(expect.objectContaining({ code: 'VARDROP_COMBINATION', message })));
      } else {
        const { x, y, rows, seed, without } = given;
        it(name, () => checkGradients(build(), x, y, rows, seed, without));
      }
    }
  });
}
