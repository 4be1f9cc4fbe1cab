// Packs every package as npm would publish it, and checks the file that comes of it: publint reads its package.json,
// and Are The Types Wrong looks up its entry points as TypeScript does. Build first. `npm run lint` runs it.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core';
import { filterProblems, problemKindInfo } from '@arethetypeswrong/core/problems';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';

/**
 * How the entry points are looked up: this is the profile `esm-only`. The packages are ES modules and run on Node 20.19 or
 * later, so that `require` (`node16-cjs`) and the lookup that knows no `exports` (`node10`) do not apply.
 */
const lookups = ['node16-esm', 'bundler'];

/** The template of a backend has a package.json, which counts only where `vardrop new-backend` copies it to. */
const isOfTemplate = ({ code, args }) =>
  code === 'NESTED_PACKAGE_JSON_FIELD_IGNORED' && args.filePath.startsWith('./templates/');

/** What publint finds in a packed package, one line each. */
async function faultsOfPackage(tarball, manifest) {
  const { messages } = await publint({ pack: { tarball: tarball.buffer }, strict: true });
  return messages.filter((message) => !isOfTemplate(message)).map((message) => formatMessage(message, manifest));
}

/** What Are The Types Wrong finds in a packed package, one line each. */
async function faultsOfTypes(tarball) {
  const result = await checkPackage(createPackageFromTarballData(tarball));
  if (!result.types) return ['has no types'];
  const seen = lookups.flatMap((resolutionKind) => filterProblems(result, { resolutionKind }));
  const lines = seen.map((problem) => {
    const { shortDescription, description } = problemKindInfo[problem.kind];
    return `${problem.entrypoint ?? 'types'}: ${shortDescription}: ${description}`;
  });
  return [...new Set(lines)];
}

const root = fileURLToPath(new URL('..', import.meta.url));
const folders = readdirSync(join(root, 'packages'));
const packed = mkdtempSync(join(tmpdir(), 'vardrop-packed-'));
let faults = 0;
try {
  const workspaces = folders.flatMap((folder) => ['--workspace', `packages/${folder}`]);
  execFileSync('npm', ['pack', '--silent', '--ignore-scripts', '--pack-destination', packed, ...workspaces], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  for (const folder of folders) {
    const manifest = JSON.parse(readFileSync(join(root, 'packages', folder, 'package.json'), 'utf8'));
    const name = `${manifest.name.replace('@', '').replace('/', '-')}-${manifest.version}.tgz`;
    const tarball = new Uint8Array(readFileSync(join(packed, name)));
    for (const fault of [...(await faultsOfPackage(tarball, manifest)), ...(await faultsOfTypes(tarball))]) {
      console.error(`${manifest.name}: ${fault}`);
      faults++;
    }
  }
} finally {
  rmSync(packed, { recursive: true, force: true });
}
console.log(`${folders.length} packages as published: ${faults === 0 ? 'no faults' : `${faults} faults`}`);
process.exitCode = faults === 0 ? 0 : 1;
