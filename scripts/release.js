// What follows a new version, after `changeset version` has written it into every package.json: the version that network
// files and ONNX files carry, and the lock file. `npm run release` runs both; nothing is published.
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = new URL('../', import.meta.url);
const { version } = JSON.parse(readFileSync(new URL('packages/core/package.json', root), 'utf8'));
for (const name of ['core', 'adapter-onnx']) {
  const path = new URL(`packages/${name}/src/version.ts`, root);
  const source = readFileSync(path, 'utf8');
  const written = source.replace(/(?<=version = ')[^']*/, version);
  if (!written.includes(`'${version}'`)) throw new Error(`[release] ${fileURLToPath(path)}: has no version to replace`);
  writeFileSync(path, written);
}

execFileSync('npm', ['install', '--package-lock-only', '--no-audit', '--no-fund', '--loglevel=error'], {
  cwd: root,
  stdio: ['ignore', 'ignore', 'inherit'],
});
console.log(`${version}: read the CHANGELOG.md of every package, then commit, and tag v${version}`);
