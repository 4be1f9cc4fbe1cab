import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { option } from '../commandLine.js';
import { kitReportVersion, kitText } from './kitText.js';
import { describeMachine, vulkanEnvironment } from './machine.js';
import { parts } from './parts.js';
import { runPart } from './runPart.js';

// Runs the parts of the kit one after the other and writes a report after each: sh run.sh [--output FILE] [--seconds 1800]

const kit = fileURLToPath(new URL('../../..', import.meta.url));
const output = resolve(option('--output', 'gpu-report.json'));
const folder = mkdtempSync(join(tmpdir(), 'gpu-kit-'));
const env = vulkanEnvironment(kit, process.env, (content) => {
  const path = join(folder, 'driver.json');
  writeFileSync(path, content);
  return path;
});
const { version } = JSON.parse(readFileSync(join(kit, 'node_modules/@vardrop/core/package.json'), 'utf8'));
const report = {
  version: kitReportVersion,
  vardrop: version,
  date: new Date().toISOString(),
  machine: await describeMachine(env),
  seconds: 0,
  /** @type {import('./kitText.js').Outcome[]} */
  parts: [],
};
const begun = performance.now();
const planned = parts.reduce((sum, { seconds }) => sum + seconds, 0);
const factor = Number(option('--seconds', `${planned}`)) / planned;
let until = 0;
for (const { name, kind, backend, seconds, patience, words } of parts) {
  until += factor * seconds;
  const left = until - (performance.now() - begun) / 1000;
  const label = backend === undefined ? name : `${name} on ${backend}`;
  console.log(`${label}, at most ${left.toFixed(0)} s`);
  const outcome = await runPart(words, { seconds: left, patience, json: join(folder, 'part.json'), cwd: kit, env });
  console.log(
    `  ${outcome.status} after ${outcome.seconds.toFixed(1)} s${outcome.reason === undefined ? '' : `: ${outcome.reason}`}`,
  );
  report.parts.push({ name, kind, backend, ...outcome });
  report.seconds = (performance.now() - begun) / 1000;
  writeFileSync(output, `${JSON.stringify(report, null, 1)}\n`);
}
rmSync(folder, { recursive: true });
console.log(`\n${kitText(report)}\n\nreport: ${output}`);
