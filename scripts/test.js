#!/usr/bin/env node
// Builds everything and runs the tests of every package through turbo, then adds up what their reports say, so that
// the whole run ends in one line: the fast ones, with `--slow` those that take long too, with `--browser` those in Chromium.
// Other arguments go to turbo (`npm test -- --force` ignores its cache).
import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const tiers = ['--slow', '--browser'];
const options = process.argv.slice(2).filter((word) => !tiers.includes(word));
const [slow, inBrowser] = tiers.map((tier) => process.argv.includes(tier));

/** A turbo task, and the file in which each package that has the task reports. */
const tasks = [
  { name: 'test', report: 'test-results.json' },
  ...(slow ? [{ name: 'test:slow', report: 'slow-results.json' }] : []),
  ...(inBrowser ? [{ name: 'test:browser', report: 'browser-results.json' }] : []),
].map(({ name, report }) => {
  const packages = readdirSync(join(root, 'packages')).filter((each) => hasTask(each, name));
  const reports = packages.map((each) => join(root, 'packages', each, report));
  for (const each of reports) rmSync(each, { force: true });
  return { name, reports };
});

/** Runs tasks of turbo, so many packages at once, and resolves to the exit status. `more` are further options of turbo. */
function run(some, atOnce, ...more) {
  const turbo = join(root, 'node_modules', '.bin', 'turbo');
  const names = some.map(({ name }) => name);
  const child = spawn(turbo, ['run', ...names, `--concurrency=${atOnce}`, '--continue', ...options, ...more], {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, TURBO_TELEMETRY_DISABLED: '1' },
  });
  return new Promise((resolve) => {
    child.on('error', () => resolve(1));
    child.on('close', resolve);
  });
}

// The fast tests of one package keep two cores busy, so that those of another would only slow them down. A page keeps
// little more than one core busy, as do most slow tests: two packages at once. All is built by then.
const [fast, ...others] = tasks;
const statuses = [await run([fast], 1)];
if (others.length > 0) statuses.push(await run(others, 2, '--only'));

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
process.exitCode = statuses.some((status) => status !== 0) || failed > 0 || passed === 0 ? 1 : 0;
