// Holds the directions of imports inside each package. In every folder, the files and subfolders form no circle: of two that
// stand side by side, one imports the other or neither does. So there is no circle of files, and imports between folders run
// one way. Imports of types count, since a reader follows them too. Core's folders also have a fixed order.
// `npm run lint` runs it.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ts } from 'ts-morph';

/** Core's folders from the bottom: each imports only from lines before its own. See docs/architecture.md. */
const coreOrder = [
  ['random', 'special', 'matrices'],
  ['distributions'],
  ['program'],
  ['backend'],
  ['safetensors'],
  ['files'],
  ['reference', 'noise', 'optimizers'],
  ['estimators', 'divergences', 'likelihoods'],
  ['layers'],
  ['posteriors'],
  ['description', 'prediction'],
  ['metrics', 'preprocessing', 'calibration'],
  ['training'],
  ['pruning', 'checkpoint', 'evaluation'],
  ['network'],
  ['node'],
];

/** The imports between the files below a folder, as pairs of paths: who imports, and what. */
function importsIn(folder) {
  const files = new Set(readdirSync(folder, { recursive: true }).filter((file) => file.endsWith('.ts')));
  return [...files].flatMap((file) =>
    ts
      .preProcessFile(readFileSync(join(folder, file), 'utf8'))
      .importedFiles.map(({ fileName }) => normalize(join(dirname(file), fileName)).replace(/\.js$/, '.ts'))
      .filter((target) => target !== file && files.has(target))
      .map((target) => [file, target]),
  );
}

/** For each folder: which of its files and subfolders imports which, with the import that says so. */
function neighbours(imports) {
  const folders = new Map();
  for (const [from, to] of imports) {
    const [a, b] = [from.split('/'), to.split('/')];
    const depth = a.findIndex((name, i) => name !== b[i]);
    const folder = a.slice(0, depth).join('/');
    if (!folders.has(folder)) folders.set(folder, new Map());
    const graph = folders.get(folder);
    if (!graph.has(a[depth])) graph.set(a[depth], new Map());
    graph.get(a[depth]).set(b[depth], `${from} imports ${to}`);
  }
  return [...folders.values()];
}

/** One circle of a graph, as the imports that make it; undefined if there is none. */
function circleIn(graph) {
  const done = new Set();
  const visit = (node, path) => {
    const at = path.indexOf(node);
    if (at >= 0) return path.slice(at).map((each, i, circle) => graph.get(each).get(circle[i + 1] ?? node));
    if (done.has(node)) return undefined;
    for (const next of graph.get(node)?.keys() ?? []) {
      const found = visit(next, [...path, node]);
      if (found) return found;
    }
    done.add(node);
    return undefined;
  };
  for (const node of graph.keys()) {
    const found = visit(node, []);
    if (found) return found;
  }
  return undefined;
}

/** Imports of core that run against the order of its folders. */
function againstOrder(imports) {
  const rank = (file) => coreOrder.findIndex((line) => line.includes(file.split('/')[0]));
  const unknown = imports.flat().find((file) => file.includes('/') && rank(file) < 0);
  if (unknown) return [`${unknown}: got a folder without a place, needs one in the order in scripts/checkImports.js`];
  return imports
    .filter(([from, to]) => from.includes('/') && to.includes('/') && from.split('/')[0] !== to.split('/')[0])
    .filter(([from, to]) => rank(to) >= rank(from))
    .map(([from, to]) => `${from} imports ${to}, which is not below it`);
}

const root = fileURLToPath(new URL('..', import.meta.url));
const faults = [];
let count = 0;
for (const name of readdirSync(join(root, 'packages'))) {
  for (const part of ['src', 'test', 'browser'].filter((each) => existsSync(join(root, 'packages', name, each)))) {
    const imports = importsIn(join(root, 'packages', name, part));
    count += imports.length;
    const circles = neighbours(imports).map(circleIn).filter(Boolean);
    faults.push(...circles.map((circle) => `${name}/${part}: a circle:\n  ${circle.join('\n  ')}`));
    if (name === 'core' && part === 'src') faults.push(...againstOrder(imports).map((each) => `core/src: ${each}`));
  }
}
for (const fault of faults) console.error(fault);
console.log(`${count} imports inside packages: ${faults.length === 0 ? 'no circles' : `${faults.length} faults`}`);
process.exitCode = faults.length === 0 ? 0 : 1;
