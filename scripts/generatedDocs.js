// The parts of the documentation that are made from the code: `npm run docs` writes them, and a test of core checks
// that they are up to date.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { trainingProgram } from '../packages/core/dist/extend.js';
import {
  combinations,
  dense,
  localReparametrization,
  logUniformExact,
  sequential,
  sgd,
  variationalDropout,
} from '../packages/core/dist/index.js';
import { print, simplify } from '../packages/core/dist/program/index.js';

const root = new URL('../', import.meta.url);

/** A dense layer's training step, differentiated and simplified, as text. */
function trainingStep() {
  const model = sequential({
    input: [784],
    layers: [
      dense({
        units: 10,
        noise: variationalDropout({ type: 'B', alpha: 'input' }),
        estimator: localReparametrization(),
        divergence: logUniformExact(),
      }),
    ],
  });
  return `\`\`\`text\n${print(simplify(trainingProgram(model, sgd()))).trimEnd()}\n\`\`\``;
}

/** Tables of what goes with what, and why the rest is refused. */
function combinationTables() {
  const all = combinations();
  const valid = all.filter(({ refusal }) => refusal === undefined);
  const nameOf = ({ noise }) => (noise.alpha ? `${noise.name}, α per ${noise.alpha}` : noise.name);
  const rows = [...new Set(all.map(nameOf))];
  const estimators = [...new Set(all.map(({ estimator }) => estimator.name))];
  const divergences = [...new Set(all.map(({ divergence }) => divergence?.name ?? 'none'))];
  const cell = (row, match) => (all.some((entry) => nameOf(entry) === row && match(entry)) ? 'yes' : '–');
  const lines = [
    `| noise | ${estimators.map((name) => `\`${name}\``).join(' | ')} | ${divergences.map((name) => `KL: ${name}`).join(' | ')} |`,
    `|---|${'---|'.repeat(estimators.length + divergences.length)}`,
    ...rows.map((row) => {
      const sampled = estimators.map((name) =>
        cell(row, ({ noise, estimator }) => estimator.name === name && estimator.refuses(noise) === undefined),
      );
      const paid = divergences.map((name) =>
        cell(
          row,
          ({ noise, divergence }) => (divergence?.name ?? 'none') === name && divergence?.refuses(noise) === undefined,
        ),
      );
      return `| ${row} | ${[...sampled, ...paid].join(' | ')} |`;
    }),
  ];
  const refused = all
    .filter(({ refusal }) => refusal !== undefined)
    .map(({ refusal }) => refusal.match(/^(.*?): (.*)$/s));
  const reasons = [...new Set(refused.map(([, , reason]) => reason))].map((reason) => {
    const cases = [...new Set(refused.filter((match) => match[2] === reason).map((match) => match[1]))];
    const noises = [...new Set(cases.map((text) => text.match(/noise '(.*?)'/)[1]))];
    const partners = [...new Set(cases.map((text) => text.match(/with (.*)$/)[1].replaceAll("'", '')))];
    return `**${noises.join(', ')}** with ${partners.join(', ')}: ${reason}`;
  });
  return [
    `An estimator and a divergence that each go with a noise model go together: ${valid.length} of the ${all.length} combinations are valid.`,
    '',
    ...lines,
    '',
    '## Why the others are refused',
    '',
    ...reasons.map((reason) => `- ${reason}.`),
  ].join('\n');
}

/** Text with what stands between two markers replaced. */
function replaceBetween(text, name, replacement) {
  const [begin, end] = [`<!-- generated: ${name} -->`, `<!-- end: ${name} -->`];
  const from = text.indexOf(begin);
  const to = text.indexOf(end);
  if (from === -1 || to === -1) throw new Error(`no markers for "${name}"`);
  return `${text.slice(0, from + begin.length)}\n\n${replacement}\n\n${text.slice(to)}`;
}

/** Every generated document: its path below the root, and what it has to contain. */
export function generatedDocs() {
  const of = (path, name, replacement) => ({
    path,
    content: replaceBetween(readFileSync(new URL(path, root), 'utf8'), name, replacement),
  });
  return [
    of('docs/architecture.md', 'training step', trainingStep()),
    of('docs/combinations.md', 'combinations', combinationTables()),
  ];
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const { path, content } of generatedDocs()) writeFileSync(new URL(path, root), content);
}
