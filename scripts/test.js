#!/usr/bin/env node
// Builds everything and runs the tests of every package through turbo, then adds up what their reports say, so that
// the whole run ends in one line: the fast ones, with `--slow` those that take long too, with `--browser` those in Chromium.
// Other arguments go to turbo (`npm test -- --force` ignores its cache).
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const tiers = ['--slow', '--browser'];
const options = process.argv.slice(2).filter((word) => !tiers.includes(word));
const [slow, inBrowser] = tiers.map((tier) => process.argv.includes(tier));

/** A turbo task, the file in which each package that has the task reports, and what came of running it. */
const tasks = [
  { name: 'test', report: 'test-results.json' },
  ...(slow ? [{ name: 'test:slow', report: 'slow-results.json' }] : []),
  ...(inBrowser ? [{ name: 'test:browser', report: 'browser-results.json' }] : []),
].map((task) => {
  const packages = readdirSync(join(root, 'packages')).filter((name) => hasTask(name, task.name));
  const reports = packages.map((name) => join(root, 'packages', name, task.report));
  for (const report of reports) rmSync(report, { force: true });
  // One package after the other: two test runs at once on two cores only slow each other down.
  const turbo = join(root, 'node_modules', '.bin', 'turbo');
  const { status } = spawnSync(turbo, ['run', task.name, '--concurrency=1', '--continue', ...options], {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, TURBO_TELEMETRY_DISABLED: '1' },
  });
  return { status, reports };
});

function hasTask(name, task) {
  const path = join(root, 'packages', name, 'package.json');
  return existsSync(path) && task in (JSON.parse(readFileSync(path, 'utf8')).scripts ?? {});
}

let passed = 0;
let failed = 0;
for (const path of tasks.flatMap(({ reports }) => reports)) {
  if (!existsSync(path)) {
    console.error(`${path}: no test report, so these tests did not run`);
    failed++;
    continue;
  }
  const report = JSON.parse(readFileSync(path, 'utf8'));
  passed += report.numPassedTests;
  failed += report.numFailedTests;
  // A suite that could not be loaded has no tests of its own to fail.
  if (report.success === false && report.numFailedTests === 0) failed++;
}
if (!slow || !inBrowser) {
  console.log(
    '\nThe fast tests in Node: `npm test -- --slow --browser` runs the slow ones and those in Chromium as well.',
  );
}
console.log(`\n${passed} passed, ${failed} failed`);
process.exitCode = tasks.some(({ status }) => status !== 0) || failed > 0 || passed === 0 ? 1 : 0;
