import { compareMeasurements, laws } from '@vardrop/conformance';

const row = (cells) => `| ${cells.join(' | ')} |`;
const table = (head, rows) => [row(head), row(head.map(() => '---')), ...rows.map(row)].join('\n');
const number = (value) => (value === 0 ? '0' : value >= 0.001 ? value.toFixed(3) : value.toExponential(0));
const total = (result, key) => result.laws.reduce((sum, law) => sum + law[key], 0);
const functions = ['exp', 'log', 'sigmoid', 'softplus', 'tanh', 'sqrt', 'div'];

/** Tables of what came of the laws on the backends of one place. */
export function describeOutcomes(outcomes) {
  const ran = outcomes.filter(({ result }) => result !== undefined);
  if (ran.length === 0) return 'None of the backends started.';
  const results = ran.map(({ result }) => result);
  const names = results.map(({ backend }) => backend);
  const byLaw = (describe) =>
    table(
      ['law', ...names],
      laws.map(({ id }) => [
        `\`${id}\``,
        ...results.map((result) => describe(result.laws.find((law) => law.id === id))),
      ]),
    );
  const totals = [
    [
      'laws kept',
      ...results.map((result) => `${result.laws.filter(({ failed }) => failed === 0).length} of ${laws.length}`),
    ],
    ['numbers compared', ...results.map((result) => total(result, 'comparisons').toLocaleString('en'))],
    [
      'bounds that say nothing',
      ...results.map((result) => `${((100 * total(result, 'silent')) / total(result, 'comparisons')).toFixed(3)} %`),
    ],
    ['seconds', ...results.map((result) => total(result, 'seconds').toFixed(0))],
  ];
  const declared = [
    ['noise made on', ...ran.map(({ supports }) => supports.noise)],
    ['computes in', ...ran.map(({ supports }) => supports.precision)],
    ['infinities and NaN', ...ran.map(({ supports }) => (supports.nonFinite ? 'as IEEE 754' : 'no'))],
    ['numbers below 2⁻¹²⁶', ...ran.map(({ supports }) => (supports.subnormals ? 'kept' : 'may be flushed'))],
    ...functions.map((op) => [
      `units off in \`${op}\``,
      ...ran.map(({ supports }) => String(Math.max(supports.ulps[op], 0.5))),
    ]),
  ];
  const across = (pick) =>
    table(
      ['', ...names],
      ran.map((first, i) => [
        names[i],
        ...ran.map((second, j) =>
          i === j ? '–' : pick(compareMeasurements(first.measurement, second.measurement)).largest.toExponential(1),
        ),
      ]),
    );
  return `${table(['', ...names], totals)}

Cases by law:

${byLaw(({ cases, failed }) => (failed === 0 ? `${cases}` : `**${failed} of ${cases} failed**`))}

Error over bound, largest and median:

${byLaw(({ worstRatio, medianRatio, comparisons }) =>
  comparisons === 0 || worstRatio === 0 ? 'exact' : `${number(worstRatio)}, ${number(medianRatio)}`,
)}

What the backends declare:

${table(['', ...names], declared)}

Against each other, on the same noise: the largest relative difference in the variance of a gradient (four estimators,
gradients in means and in log σ²),

${across(({ gradientVariance }) => gradientVariance)}

and in the KL of one weight over e⁻¹⁵ ≤ α ≤ e¹⁵ (exact, sigmoid, ARD).

${across(({ kl }) => kl)}`;
}

/** A table of the smallest effects that the statistical laws are sure to find. */
export function smallestEffects(outcomes) {
  const { result } = outcomes.find(({ result }) => result !== undefined);
  return table(
    ['law', 'of what', 'smallest effect'],
    result.laws.flatMap(({ id, smallestEffects }) =>
      Object.entries(smallestEffects).map(([name, part]) => [`\`${id}\``, name, `${(100 * part).toPrecision(2)} %`]),
    ),
  );
}
