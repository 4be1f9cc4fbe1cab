// Writes docs/backends.md: what came of the laws on every backend that runs here, in Node and in Chromium. `npm run
// backends` (about a minute a backend); `npm run backends -- quick` for a first look.
import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { describeOutcomes, smallestEffects } from './describeOutcomes.js';
import { inChromium } from './inChromium.js';
import { inNode } from './inNode.js';

const effort = process.argv[2] ?? 'normal';
// Software stands in for the graphics card: more than a first look takes it too long.
const efforts = { node: effort, chromium: 'quick' };
const node = await inNode(efforts.node);
const chromium = await inChromium(efforts.chromium);
const ran = [...node, ...chromium].filter(({ result }) => result !== undefined);
const missing = [...node, ...chromium].filter(({ result }) => result === undefined);

const page = `# Backends

What came of the [laws](../packages/conformance/README.md) on the backends below, seed ${ran[0].result.seed}. Written by \`npm run backends\` on ${cpus().length}
cores (${cpus()[0].model.trim()}) without a graphics card, Node ${process.versions.node}${
  missing.length > 0 ? `; not there: ${missing.map(({ name }) => `\`${name}\``).join(', ')}` : ''
}. In the tables of errors are the largest and the median over all numbers
that were compared, as parts of the bound; 1 is as far off as the derivation allows. Half a unit in the last place is what a
correctly rounded operation may be off, so that 1.000 is what a good backend comes close to.

## In Node, at effort \`${efforts.node}\`

${describeOutcomes(node)}

## In Chromium, at effort \`${efforts.chromium}\`

WebGL 2 and WebGPU are drawn by software here (llvmpipe and SwiftShader).

${describeOutcomes(chromium)}

## What the statistical laws can see

Thresholds leave a correct backend a chance of 10⁻⁹ a comparison to fail. A backend that is off by this much or more, at effort
\`${efforts.node}\`, is found (of a deviation for means, of the value for variances, of 1 for correlations and distribution functions).

${smallestEffects(node)}
`;
writeFileSync(fileURLToPath(new URL('../../docs/backends.md', import.meta.url)), page);
for (const { name, missing: found } of missing) console.error(`${name} did not run: ${found.reason}`);
const failed = ran.flatMap(({ result }) =>
  result.laws.flatMap((law) => law.failures.map((failure) => ({ result, law, failure }))),
);
for (const { result, law, failure } of failed) {
  console.error(`${result.backend} ${law.id}/${failure.property}: ${failure.message}`);
}
process.exit(failed.length > 0 ? 1 : 0);
