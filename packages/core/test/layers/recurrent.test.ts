import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bidirectional, dense, gru, initialState, lstm, sequential, sgd } from '../../src/index.js';
import { digits, kinds, normals, over, run, sizes, valuesOf } from './recurrentFixture.js';

/** Runs of random sizes; `check` is given sequences and values of the parameters of `make`. */
const forSizes = (
  check: (given: { batch: number; steps: number; features: number; units: number; seed: number }) => void,
) => fc.assert(fc.property(sizes, check), { numRuns: 12, seed: 1 });

function expectSame(actual: readonly (readonly number[])[], expected: readonly (readonly number[])[]): void {
  expect(actual.length).toBe(expected.length);
  actual.forEach((row, m) => {
    expect(row.length).toBe(expected[m].length);
    row.forEach((value, i) => {
      expect(value).toBeCloseTo(expected[m][i], digits);
    });
  });
}

const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));
const split = <T>(values: ArrayLike<T>, length: number): T[][] =>
  Array.from({ length: values.length / length }, (_, i) => Array.from(values).slice(i * length, (i + 1) * length));

describe.each(Object.entries(kinds))('%s', (_, make) => {
  it('returns the last state of its sequence', () => {
    forSizes(({ batch, steps, features, units, seed }) => {
      for (const reverse of [false, true]) {
        const last = over(make({ units, reverse }), steps, features);
        const all = over(make({ units, reverse, returns: 'sequence' }), steps, features);
        expect([last.outputShape, all.outputShape]).toEqual([[units], [steps, units]]);
        const x = normals(seed, 50, batch * steps * features);
        const values = valuesOf(last, seed);
        const states = run(all, { x }, values, { batch }).rows.map((row) => split(row, units));
        expectSame(
          run(last, { x }, values, { batch }).rows,
          states.map((row) => row[reverse ? 0 : steps - 1]),
        );
      }
    });
  });

  it('reads the steps in reverse as it reads reversed sequences', () => {
    forSizes(({ batch, steps, features, units, seed }) => {
      const forward = over(make({ units, returns: 'sequence' }), steps, features);
      const backward = over(make({ units, returns: 'sequence', reverse: true }), steps, features);
      const x = normals(seed, 50, batch * steps * features);
      const turned = split(x, steps * features).flatMap((row) => split(row, features).reverse().flat());
      const values = valuesOf(forward, seed);
      expectSame(
        run(backward, { x }, values, { batch }).rows.map((row) => split(row, units).reverse().flat()),
        run(forward, { x: turned }, values, { batch }).rows,
      );
    });
  });

  it('of padded sequences is what it is of the sequences without padding, and does not see the padding', () => {
    forSizes(({ batch, steps, features, units, seed }) => {
      for (const reverse of [false, true]) {
        const padded = over(make({ units, reverse }), steps, features, [1]);
        const masked = over(make({ units, reverse }), steps, features, [steps]);
        const values = valuesOf(padded, seed);
        const x = normals(seed, 50, batch * steps * features);
        const other = normals(seed, 51, batch * steps * features);
        const lengths = Array.from({ length: batch }, (_, m) => 1 + ((seed + m) % steps));
        const counts = lengths.flatMap((length) => Array.from({ length: steps }, (_, t) => (t < length ? 1 : 0)));
        const changed = x.map((value, i) => (counts[Math.floor(i / features)] === 1 ? value : other[i]));
        const expected = split(x, steps * features).map((row, m) => {
          const short = over(make({ units, reverse }), lengths[m], features);
          return run(short, { x: row.slice(0, lengths[m] * features) }, values, { batch: 1 }).rows[0];
        });
        expectSame(run(padded, { x, extent: lengths }, values, { batch }).rows, expected);
        expectSame(run(masked, { x, extent: counts }, values, { batch }).rows, expected);
        expectSame(run(masked, { x: changed, extent: counts }, values, { batch }).rows, expected);
      }
    });
  });

  it('keeps its state through steps that do not count, and starts from zeros', () => {
    const network = over(make({ units: 2, returns: 'sequence' }), 4, 3, [4]);
    const [row] = run(network, { x: normals(1, 50, 12), extent: [0, 1, 0, 1] }, valuesOf(network, 2), {
      batch: 1,
    }).rows;
    const [before, first, between, last] = split(row, 2);
    expect(before).toEqual([0, 0]);
    expect(between).toEqual(first);
    expect(last).not.toEqual(first);
  });

  it('has both directions at their places in a bidirectional layer', () => {
    forSizes(({ batch, steps, features, units, seed }) => {
      for (const returns of ['last', 'sequence'] as const) {
        const one = (reverse: boolean) => over(make({ units, returns, reverse }), steps, features);
        const both = (merge: 'concatenate' | 'sum') =>
          over(bidirectional({ name: 'layer', layer: make({ units, returns }), merge }), steps, features);
        const values = valuesOf(both('sum'), seed);
        const of = (direction: string) =>
          Object.fromEntries(
            Object.entries(values).flatMap(([name, value]) =>
              name.includes(`/${direction}/`) ? [[name.replace(`${direction}/`, ''), value]] : [],
            ),
          );
        const x = normals(seed, 50, batch * steps * features);
        const forward = run(one(false), { x }, of('forward'), { batch }).rows;
        const backward = run(one(true), { x }, of('backward'), { batch }).rows;
        expectSame(
          run(both('sum'), { x }, values, { batch }).rows,
          forward.map((row, m) => row.map((value, i) => value + backward[m][i])),
        );
        expectSame(
          run(both('concatenate'), { x }, values, { batch }).rows,
          forward.map((row, m) => {
            const behind = split(backward[m], units);
            return split(row, units).flatMap((states, t) => [...states, ...behind[t]]);
          }),
        );
      }
    });
  });
});

describe('one step by hand', () => {
  it('of an LSTM', () => {
    forSizes(({ features, units, seed }) => {
      const network = over(lstm({ name: 'layer', units }), 1, features);
      const values = valuesOf(network, seed);
      const x = normals(seed, 50, features);
      const gate = (k: number, j: number) =>
        x.reduce((sum, value, i) => sum + value * values['layer/input/weights'][i * 4 * units + k * units + j], 0) +
        values['layer/input/bias'][k * units + j];
      expectSame(run(network, { x }, values, { batch: 1 }).rows, [
        Array.from({ length: units }, (_, j) => {
          const cell = sigmoid(gate(0, j)) * Math.tanh(gate(2, j));
          return sigmoid(gate(3, j)) * Math.tanh(cell);
        }),
      ]);
    });
  });

  it('of a GRU', () => {
    forSizes(({ features, units, seed }) => {
      for (const resetAfter of [true, false]) {
        const network = over(gru({ name: 'layer', units, resetAfter }), 1, features);
        const values = valuesOf(network, seed);
        const x = normals(seed, 50, features);
        const gate = (k: number, j: number) =>
          x.reduce((sum, value, i) => sum + value * values['layer/input/weights'][i * 3 * units + k * units + j], 0) +
          values['layer/input/bias'][k * units + j];
        const second = (k: number, j: number) => (resetAfter ? values['layer/recurrent/bias'][k * units + j] : 0);
        expectSame(run(network, { x }, values, { batch: 1 }).rows, [
          Array.from({ length: units }, (_, j) => {
            const z = sigmoid(gate(0, j) + second(0, j));
            const r = sigmoid(gate(1, j) + second(1, j));
            return (1 - z) * Math.tanh(gate(2, j) + r * second(2, j));
          }),
        ]);
      }
    });
  });
});

describe('initial values', () => {
  const start = (layers: Parameters<typeof sequential>[0]['layers']) =>
    initialState(sequential({ input: [3, 2], layers }), sgd(), 5).parameters;

  it('of the forget gate are 1, unless asked otherwise', () => {
    expect([...start([lstm({ units: 2 })])['lstm1/input/bias'].data]).toEqual([0, 0, 1, 1, 0, 0, 0, 0]);
    const without = start([lstm({ units: 2, unitForgetBias: false })]);
    expect(new Set(without['lstm1/input/bias'].data)).toEqual(new Set([0]));
  });

  it('of the state are orthonormal rows, and those of the inputs lie within the limit of Glorot', () => {
    const values = start([gru({ units: 4 }), dense({ units: 2 })]);
    expect(Object.keys(values).slice(0, 4)).toEqual([
      'gru1/input/weights',
      'gru1/input/bias',
      'gru1/recurrent/weights',
      'gru1/recurrent/bias',
    ]);
    const rows = split(values['gru1/recurrent/weights'].data, 12);
    rows.forEach((a, i) => {
      rows.forEach((b, j) => {
        const product = a.reduce((sum, value, k) => sum + value * b[k], 0);
        expect(product).toBeCloseTo(i === j ? 1 : 0, 6);
      });
    });
    const largest = Math.max(...values['gru1/input/weights'].data.map(Math.abs));
    expect(largest).toBeGreaterThan(0.4 * Math.sqrt(6 / 14));
    expect(largest).toBeLessThanOrEqual(Math.fround(Math.sqrt(6 / 14)));
  });
});

describe('refusals', () => {
  const refused = (code: string, message: RegExp) =>
    expect.objectContaining({ code, message: expect.stringMatching(message) });

  it.each([
    [{ units: 0 }, 'VARDROP_LAYER', /\[gru\] units: got 0/],
    [{ units: 2, returns: 'all' }, 'VARDROP_LAYER', /returns: got 'all', needs one of last, sequence/],
    [{ units: 2, reverse: 1 }, 'VARDROP_OPTION', /reverse: got 1/],
    [{ units: 2, resetAfter: 'no' }, 'VARDROP_OPTION', /resetAfter: got 'no'/],
    [{ units: 2, returnSequences: true }, 'VARDROP_OPTION', /Write returns: 'sequence'/],
    [{ units: 2, recurrentDropout: 0.1 }, 'VARDROP_OPTION', /bernoulli\({ rate: 0.1 }\)/],
    [{ units: 2, name: 3 }, 'VARDROP_OPTION', /name: got 3/],
  ])('of options %j', (options, code, message) => {
    expect(() => gru(options as Parameters<typeof gru>[0])).toThrow(refused(code, message));
  });

  it('of an initializer', () => {
    const layer = gru({ units: 2, recurrentInitializer: 'random' as 'he' });
    expect(() => over(layer, 3, 2)).toThrow(refused('VARDROP_INITIALIZER', /'orthogonal'/));
  });

  it('of inputs that are not sequences, masks that do not fit, and too many inputs', () => {
    expect(() => sequential({ input: [3], layers: [lstm({ units: 2 })] })).toThrow(
      refused('VARDROP_SHAPE', /\[lstm1\] inputs: got \[batch, 3\], needs sequences/),
    );
    expect(() => over(lstm({ units: 2 }), 4, 3, [5])).toThrow(
      refused(
        'VARDROP_SHAPE',
        /\[lstm1\] input 2: got \[batch, 5\] for sequences of 4 steps, needs a mask \[batch, 4\]/,
      ),
    );
    expect(() => over(lstm({ units: 2 }), 4, 3, [4, 3])).toThrow(refused('VARDROP_SHAPE', /got \[batch, 4, 3\]/));
  });

  it('of layers that have no direction, and of another merge', () => {
    expect(() => bidirectional({ layer: dense({ units: 2 }) })).toThrow(
      refused('VARDROP_LAYER', /\[bidirectional\] layer: got 'dense', needs a layer over time/),
    );
    const wrong = { layer: gru({ units: 2 }), merge: 'mean' as 'sum' };
    expect(() => bidirectional(wrong)).toThrow(refused('VARDROP_LAYER', /merge: got 'mean'/));
    expect(() => bidirectional({ layer: gru as unknown as ReturnType<typeof gru> })).toThrow(
      refused('VARDROP_MODEL', /\[bidirectional\] layer/),
    );
  });
});
