import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Distribution, DistributionParameters } from '../../src/distributions/distribution.js';
import { laplace } from '../../src/distributions/laplace.js';
import { mixtureCdf } from '../../src/distributions/mixtureCdf.js';
import { mixtureCrps } from '../../src/distributions/mixtureCrps.js';
import { mixtureLogDensity } from '../../src/distributions/mixtureLogDensity.js';
import { mixtureQuantile } from '../../src/distributions/mixtureQuantile.js';
import { normal } from '../../src/distributions/normal.js';
import { poisson } from '../../src/distributions/poisson.js';
import { studentT } from '../../src/distributions/studentT.js';

const families = { normal, laplace, studentT, poisson } as const;
type Family = keyof typeof families;
const names = Object.keys(families) as readonly Family[];

interface Fixture {
  readonly values: Readonly<
    Record<
      Family,
      readonly {
        readonly y: number;
        readonly parameters: DistributionParameters;
        readonly cdf: number;
        readonly logDensity: number;
      }[]
    >
  >;
  readonly mixtures: readonly {
    readonly family: Family;
    readonly components: readonly DistributionParameters[];
    readonly quantiles: readonly (readonly [p: number, y: number])[];
    readonly scores: readonly (readonly [y: number, crps: number])[];
  }[];
  readonly singles: readonly (readonly [Family, DistributionParameters, y: number, crps: number])[];
}

/** Written by scripts/reference/distributions.py: mpmath in 40 digits, and scoringrules. */
const fixture: Fixture = JSON.parse(
  readFileSync(new URL('../../fixtures/distributions.json', import.meta.url), 'utf8'),
);

describe.each(names)('%s', (name) => {
  const { cdf, logDensity } = families[name];
  const values = fixture.values[name];

  it('has the cdf of 40-digit arithmetic, also far in the lower tail', () => {
    expect(values.some((each) => each.cdf > 0 && each.cdf < 1e-20)).toBe(true);
    for (const each of values) {
      const got = cdf(each.y, each.parameters);
      const error = each.cdf === 0 ? got : Math.abs(got / each.cdf - 1);
      expect(error, `${JSON.stringify(each)}: ${got}`).toBeLessThan(1e-12);
    }
  });

  it('has the density of 40-digit arithmetic', () => {
    for (const each of values) {
      const error = Math.abs(logDensity(each.y, each.parameters) - each.logDensity);
      expect(error, JSON.stringify(each)).toBeLessThan(1e-12 * Math.max(1, Math.abs(each.logDensity)));
    }
  });

  it('has a cdf that goes from 0 to 1, and NaN of NaN', () => {
    for (const { parameters } of values) {
      expect(cdf(Number.NEGATIVE_INFINITY, parameters)).toBe(0);
      expect(cdf(Number.POSITIVE_INFINITY, parameters)).toBe(1);
      expect(cdf(Number.NaN, parameters)).toBeNaN();
      for (const parameter of Object.keys(parameters)) {
        expect(cdf(0.5, { ...parameters, [parameter]: Number.NaN }), parameter).toBeNaN();
      }
    }
  });
});

it('a t distribution of many degrees of freedom is a normal one', () => {
  const [location, scale] = [2, 3];
  for (let y = -60; y < 20; y += 0.7) {
    const t = studentT.cdf(y, { location, scale, degreesOfFreedom: 1e16 });
    expect(Math.abs(t / normal.cdf(y, { mean: location, deviation: scale }) - 1)).toBeLessThan(1e-10);
  }
});

it('counts have the probabilities that their cdf steps by, and others none', () => {
  const parameters = { rate: 6.25 };
  for (let k = 0; k < 40; k++) {
    const step = poisson.cdf(k, parameters) - poisson.cdf(k - 1, parameters);
    expect(Math.exp(poisson.logDensity(k, parameters))).toBeCloseTo(step, 14);
    expect(poisson.cdf(k + 0.75, parameters)).toBe(poisson.cdf(k, parameters));
    expect(poisson.logDensity(k + 0.75, parameters)).toBe(Number.NEGATIVE_INFINITY);
  }
  expect(poisson.logDensity(-1, parameters)).toBe(Number.NEGATIVE_INFINITY);
  expect(poisson.cdf(0, { rate: 0 })).toBe(1);
  expect(poisson.logDensity(0, { rate: 0 })).toBe(0);
  expect(poisson.logDensity(3, { rate: 0 })).toBe(Number.NEGATIVE_INFINITY);
  expect(poisson.cdf(2, { rate: -1 })).toBeNaN();
});

describe.each(fixture.mixtures)('mixture %$ of $family', ({ family, components, quantiles, scores }) => {
  const distribution = families[family];

  it('has the quantiles of bisection in 40 digits, wherever they are looked for first', () => {
    for (const [p, wanted] of quantiles) {
      for (const [near, step] of [[], [1e4, 1], [-3, 1e-3], [wanted, 5]]) {
        const got = mixtureQuantile(p, distribution, components, near, step);
        if (distribution.discrete) expect(got, `${p}`).toBe(wanted);
        else expect(Math.abs(got - wanted) / Math.max(1, Math.abs(wanted)), `${p}: ${got}`).toBeLessThan(2e-12);
      }
    }
  });

  it('has the scores of other quadratures', () => {
    for (const [y, wanted] of scores) {
      const got = mixtureCrps(y, distribution, components);
      expect(Math.abs(got / wanted - 1), `${y}: ${got} for ${wanted}`).toBeLessThan(1e-8);
    }
  });
});

it.each(fixture.singles)('a single %s of %j has for %d the score %d', (family, parameters, y, wanted) => {
  const got = mixtureCrps(y, families[family], [parameters]);
  expect(Math.abs(got / wanted - 1), `${got}`).toBeLessThan(1e-8);
});

/** A family with up to six components. */
const mixtures = fc.constantFrom(...names).chain((family) => {
  const place = fc.double({ min: -20, max: 20, noNaN: true });
  const size = fc.double({ min: 0.05, max: 9, noNaN: true });
  const parameters: Readonly<Record<Family, fc.Arbitrary<DistributionParameters>>> = {
    normal: fc.record({ mean: place, deviation: size }),
    laplace: fc.record({ location: place, scale: size }),
    studentT: fc.record({
      location: place,
      scale: size,
      degreesOfFreedom: fc.double({ min: 0.6, max: 40, noNaN: true }),
    }),
    poisson: fc.record({ rate: size }),
  };
  return fc.record({
    distribution: fc.constant<Distribution>(families[family]),
    components: fc.array(parameters[family], { minLength: 1, maxLength: 6 }),
  });
});
const share = fc.double({ min: 1e-9, max: 1 - 1e-9, noNaN: true });

describe('mixtures', () => {
  it('have quantiles whose cdf is p, or at least p first', () => {
    fc.assert(
      fc.property(mixtures, share, ({ distribution, components }, p) => {
        const y = mixtureQuantile(p, distribution, components);
        if (!distribution.discrete) {
          // The cdf rounds, and so does its argument, by 2⁻⁵² of itself, where its slope is at most 1/(2 · 0.05).
          expect(Math.abs(mixtureCdf(y, distribution, components) - p)).toBeLessThan(1e-15 + 1e-14 * Math.abs(y));
          return;
        }
        expect(mixtureCdf(y, distribution, components)).toBeGreaterThanOrEqual(p);
        expect(mixtureCdf(y - 1, distribution, components)).toBeLessThan(p);
      }),
    );
  });

  it('have quantiles between those of their components', () => {
    fc.assert(
      fc.property(mixtures, share, ({ distribution, components }, p) => {
        const own = components.map((each) => mixtureQuantile(p, distribution, [each]));
        const y = mixtureQuantile(p, distribution, components);
        const slack = 1e-7 * Math.max(...own.map(Math.abs), 1);
        expect(y).toBeGreaterThanOrEqual(Math.min(...own) - slack);
        expect(y).toBeLessThanOrEqual(Math.max(...own) + slack);
      }),
    );
  });

  it('have the log of the mean density', () => {
    fc.assert(
      fc.property(mixtures, fc.integer({ min: 0, max: 12 }), ({ distribution, components }, y) => {
        const mean =
          components.reduce((sum, each) => sum + Math.exp(distribution.logDensity(y, each)), 0) / components.length;
        fc.pre(mean > 1e-250);
        expect(mixtureLogDensity(y, distribution, components)).toBeCloseTo(Math.log(mean), 10);
      }),
    );
    // Densities that underflow.
    const far = [
      { mean: 0, deviation: 1 },
      { mean: 1, deviation: 1 },
    ];
    expect(mixtureLogDensity(100, normal, far)).toBeCloseTo(
      normal.logDensity(100, far[1]) + Math.log((1 + Math.exp(-99.5)) / 2),
      9,
    );
    expect(mixtureLogDensity(-1, poisson, [{ rate: 1 }, { rate: 2 }])).toBe(Number.NEGATIVE_INFINITY);
  });

  it('have the first count as quantile whose cdf is p to the last bit', () => {
    const components = [{ rate: 2.5 }, { rate: 9.75 }, { rate: 40 }];
    for (let k = 0; k < 60; k++) {
      const p = mixtureCdf(k, poisson, components);
      expect(mixtureQuantile(p, poisson, components, 17, 6)).toBe(k);
    }
  });

  it('have quantiles that are found in fewer steps than by bisection', () => {
    const components = Array.from({ length: 9 }, (_, i) => ({ mean: 3 * Math.sin(7 * i), deviation: 1 + (i % 3) }));
    for (const p of [0.001, 0.05, 0.3, 0.5, 0.9, 0.995]) {
      let calls = 0;
      const counted: Distribution = {
        ...normal,
        cdf(y, parameters) {
          calls++;
          return normal.cdf(y, parameters);
        },
      };
      mixtureQuantile(p, counted, components, 0, 3);
      // Bisection of a bracket of length 3 down to 2⁻⁵² takes 50.
      expect(calls / components.length).toBeLessThan(25);
    }
  });

  it('have a median between their halves where they are even', () => {
    const even = [
      { mean: -2.5, deviation: 0.5 },
      { mean: 2.5, deviation: 0.5 },
    ];
    const median = mixtureQuantile(0.5, normal, even, 1, 3);
    expect(Math.abs(mixtureCdf(median, normal, even) - 0.5)).toBeLessThan(1e-15);
  });

  it.each([0, 1, -0.5, 1.5, Number.NaN])('refuse the quantile of %d', (p) => {
    expect(() => mixtureQuantile(p, normal, [{ mean: 0, deviation: 1 }])).toThrow(
      expect.objectContaining({ code: 'VARDROP_PROBABILITY' }),
    );
  });

  it('refuse to be of nothing, and pass on NaN', () => {
    expect(() => mixtureQuantile(0.5, normal, [])).toThrow(expect.objectContaining({ code: 'VARDROP_EMPTY' }));
    expect(mixtureQuantile(0.5, normal, [{ mean: Number.NaN, deviation: 1 }])).toBeNaN();
    expect(mixtureQuantile(0.001, studentT, [{ location: 0, scale: 1, degreesOfFreedom: 1e-3 }])).toBe(
      Number.NEGATIVE_INFINITY,
    );
  });
});
