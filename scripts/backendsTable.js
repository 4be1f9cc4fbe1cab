// Writes docs/backends.md: what came of the laws on every backend that runs here. `npm run backends` (about a minute a
// backend); `npm run backends -- quick` for a first look.
import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { backends } from '../packages/cli/dist/choices.js';
import { createBackend } from '../packages/cli/dist/training/createBackend.js';
import { compareMeasurements, laws, measure, runSuite } from '../packages/conformance/dist/index.js';

const effort = process.argv[2] ?? 'normal';
const results = [];
const missing = [];
const measurements = [];
const supports = new Map();
for (const name of backends) {
  let backend;
  try {
    backend = await createBackend(name);
  } catch (error) {
    missing.push({ name, reason: error.message });
    continue;
  }
  supports.set(name, backend.supports);
  measurements.push(await measure(name, backend));
  await backend.close();
  const result = await runSuite({
    name,
    create: () => createBackend(name),
    effort,
    onResult: ({ id, failed, seconds }) => console.error(`${name} ${id}: ${failed} failed, ${seconds.toFixed(1)} s`),
  });
  results.push(result);
}

const row = (cells) => `| ${cells.join(' | ')} |`;
const table = (head, rows) => [row(head), row(head.map(() => '---')), ...rows.map(row)].join('\n');
const number = (value) => (value === 0 ? '0' : value >= 0.001 ? value.toFixed(3) : value.toExponential(0));
const names = results.map(({ backend }) => backend);
const lawOf = (result, id) => result.laws.find((law) => law.id === id);
const total = (result, key) => result.laws.reduce((sum, law) => sum + law[key], 0);

const verdicts = table(
  ['law', ...names],
  laws.map(({ id }) => [
    `\`${id}\``,
    ...results.map((result) => {
      const { cases, failed } = lawOf(result, id);
      return failed === 0 ? `${cases} cases` : `**${failed} of ${cases} failed**`;
    }),
  ]),
);
const ratios = table(
  ['law', ...names],
  laws.map(({ id }) => [
    `\`${id}\``,
    ...results.map((result) => {
      const { worstRatio, medianRatio, comparisons } = lawOf(result, id);
      return comparisons === 0 || worstRatio === 0 ? 'exact' : `${number(worstRatio)}, ${number(medianRatio)}`;
    }),
  ]),
);
const totals = table(
  ['', ...names],
  [
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
  ],
);
const declared = table(
  ['', ...names],
  [
    ['noise made on', ...names.map((name) => supports.get(name).noise)],
    ['computes in', ...names.map((name) => supports.get(name).precision)],
    ['infinities and NaN', ...names.map((name) => (supports.get(name).nonFinite ? 'as IEEE 754' : 'no'))],
    ['numbers below 2⁻¹²⁶', ...names.map((name) => (supports.get(name).subnormals ? 'kept' : 'may be flushed'))],
    ...['exp', 'log', 'sigmoid', 'softplus', 'tanh', 'sqrt', 'div'].map((op) => [
      `units off in \`${op}\``,
      ...names.map((name) => String(Math.max(supports.get(name).ulps[op], 0.5))),
    ]),
  ],
);
const across = (pick) =>
  table(
    ['', ...names],
    measurements.map((first, i) => [
      names[i],
      ...measurements.map((second, j) =>
        i === j ? '–' : pick(compareMeasurements(first, second)).largest.toExponential(1),
      ),
    ]),
  );
const effects = results[0].laws.flatMap(({ id, smallestEffects }) =>
  Object.entries(smallestEffects).map(([name, part]) => [`\`${id}\``, name, `${(100 * part).toPrecision(2)} %`]),
);

const page = `# Backends

What came of the [laws](../packages/conformance/README.md) on the backends below, in Node, at effort \`${effort}\`, seed ${results[0].seed}.
Written by \`npm run backends\` on ${cpus().length} cores (${cpus()[0].model.trim()}), Node ${process.versions.node}${missing.length > 0 ? `; not installed there: ${missing.map(({ name }) => `\`${name}\``).join(', ')}` : ''}.

${totals}

## Cases by law

${verdicts}

## Error over bound

The largest and the median over all numbers that were compared; 1 is as far off as the derivation allows. Half a unit in the
last place is what a correctly rounded operation may be off, so that 1.000 is what a good backend comes close to.

${ratios}

## What backends declare

${declared}

## Backends against each other

On the same noise: largest relative difference in the variance of a gradient (four estimators, gradients in means and in
log σ²), and in the KL of one weight over e⁻¹⁵ ≤ α ≤ e¹⁵ (exact, sigmoid, ARD).

Gradient variance:

${across(({ gradientVariance }) => gradientVariance)}

KL:

${across(({ kl }) => kl)}

## What the statistical laws can see

Thresholds leave a correct backend a chance of 10⁻⁹ a comparison to fail. A backend that is off by this much or more is found
(of a deviation for means, of the value for variances, of 1 for correlations and distribution functions).

${table(['law', 'of what', 'smallest effect'], effects)}
`;
writeFileSync(fileURLToPath(new URL('../docs/backends.md', import.meta.url)), page);
const failed = results.flatMap((result) =>
  result.laws.flatMap((law) => law.failures.map((failure) => ({ result, law, failure }))),
);
for (const { result, law, failure } of failed)
  console.error(`${result.backend} ${law.id}/${failure.property}: ${failure.message}`);
process.exit(failed.length > 0 ? 1 : 0);
