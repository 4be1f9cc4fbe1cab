import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import type { ClassificationPrediction, RegressionPrediction, Row } from '../../src/index.js';
import { loadNetwork } from '../../src/node/index.js';
import { backend } from './helpers.js';

interface Expected {
  readonly rows: readonly Row[];
  readonly options: { readonly samples: number; readonly seed: number };
  /** Of version 0.2.0 itself, on its float64 backend. */
  readonly samples: Readonly<
    Record<'probabilities' | 'mutualInformation' | 'mean' | 'epistemicVariance', readonly number[]>
  >;
  /** Of numpy. */
  readonly mean: Readonly<Record<'probabilities' | 'mean' | 'aleatoricVariance', readonly number[]>> & {
    readonly labelNames: readonly string[];
  };
}

const at = (name: string) => new URL(`../../fixtures/network/${name}`, import.meta.url);
const expected: Expected = JSON.parse(await readFile(at('network-0.2.0.json'), 'utf8'));
const network = await loadNetwork(at('network-0.2.0.safetensors'), { backend });

async function predictions(options: Parameters<typeof network.predict>[1]) {
  const { kind, price } = (await network.predict(expected.rows, options)) as unknown as {
    readonly kind: ClassificationPrediction;
    readonly price: RegressionPrediction;
  };
  return { ...price, ...kind };
}

/** Both are rounded to float32 once or twice, relative to the largest number. */
function checkClose(values: ArrayLike<number>, wanted: readonly number[]): void {
  const largest = Math.max(...wanted.map(Math.abs));
  expect(values).toHaveLength(wanted.length);
  Array.from(values).forEach((value, i) => {
    expect(Math.abs(value - wanted[i])).toBeLessThan(2 ** -21 * largest);
  });
}

describe('the network file of version 0.2.0, which is kept for good', () => {
  it('is read, and says what it is', () => {
    expect(network.version).toBe('0.2.0');
    expect(network.classes).toEqual({ kind: ['flat', 'house'] });
    expect(network.columns).toEqual(['size', 'size missing', 'city=Bergen', 'city=Oslo', 'city=Tromsø']);
  });

  it("predicts with the weights' means what numpy predicts from the file", async () => {
    const { labelNames, probabilities, mean, aleatoricVariance } = await predictions({ mode: 'mean' });
    expect(labelNames).toEqual(expected.mean.labelNames);
    checkClose(probabilities, expected.mean.probabilities);
    checkClose(mean, expected.mean.mean);
    checkClose(aleatoricVariance, expected.mean.aleatoricVariance);
  });

  it('draws the noise that it drew then', async () => {
    const drawn = await predictions(expected.options);
    for (const name of ['probabilities', 'mutualInformation', 'mean', 'epistemicVariance'] as const)
      checkClose(drawn[name], expected.samples[name]);
  });
});
