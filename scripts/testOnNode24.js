// Runs core's fast tests and the conformance suite's own on Node 24, beside the Node that runs this. npm's package `node`
// brings it, into a temporary folder. Build first; needs npm's registry. CI runs it; words after it go to vitest.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const packages = ['core', 'conformance'];

const root = fileURLToPath(new URL('..', import.meta.url));
const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs');
const folder = mkdtempSync(join(tmpdir(), 'vardrop-node24-'));
try {
  // Only errors are printed. The package fetches the binary for this platform, which is a package too, when it is installed.
  execFileSync('npm', ['install', '--prefix', folder, '--no-audit', '--no-fund', '--loglevel=error', 'node@24'], {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const node = join(folder, 'node_modules', 'node', 'bin', 'node');
  const version = execFileSync(node, ['--version'], { encoding: 'utf8' }).trim();
  if (!version.startsWith('v24.')) throw new Error(`got Node ${version}, needs 24`);
  for (const name of packages) {
    console.log(`\n${name} on Node ${version}`);
    // The reporter of the terminal only: the reports in files are those of `npm test`.
    const options = ['--reporter=dot', '--silent=passed-only', ...process.argv.slice(2)];
    const { status } = spawnSync(node, [vitest, 'run', ...options], {
      cwd: join(root, 'packages', name),
      stdio: 'inherit',
    });
    if (status !== 0) process.exitCode = 1;
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
