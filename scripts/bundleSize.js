/**
 * The size of what the first example of README.md imports from `@vardrop/core`: bundled and minified by vite, then compressed
 * by gzip. Prints the share of each folder, or of each module with `--modules`.
 */
import { readFileSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { gzipSync } from 'node:zlib';
import { build, minifySync } from 'vite';

const { values: options } = parseArgs({ options: { modules: { type: 'boolean', default: false } } });
const root = resolve(import.meta.dirname, '..');
const dist = resolve(root, 'packages/core/dist');

const example = /```js\n(.*?)```/s.exec(readFileSync(resolve(root, 'README.md'), 'utf8'))[1];
const names = /import \{([^}]*)\} from '@vardrop\/core'/.exec(example)[1].trim();

const entry = resolve(root, 'scripts/entry.js');
const result = await build({
  root,
  configFile: false,
  logLevel: 'error',
  plugins: [
    {
      name: 'imports-of-the-example',
      resolveId: (id) => (id === entry ? id : undefined),
      load: (id) => (id === entry ? `export { ${names} } from '@vardrop/core';` : undefined),
    },
  ],
  build: { write: false, target: 'es2022', rollupOptions: { input: entry, preserveEntrySignatures: 'strict' } },
});
/** The chunks that are loaded at once, and not those that are imported where they are used. */
const chunks = new Map();
const visit = (fileName) => {
  if (chunks.has(fileName)) return;
  const chunk = result.output.find((each) => each.fileName === fileName);
  chunks.set(fileName, chunk);
  for (const name of chunk.imports) visit(name);
};
visit(result.output.find(({ isEntry }) => isEntry).fileName);
const code = [...chunks.values()].map((chunk) => chunk.code).join('\n');
const later = result.output.filter(({ fileName, type }) => type === 'chunk' && !chunks.has(fileName));

const kB = (bytes) => `${(bytes / 1000).toFixed(1)} kB`;
console.log(`${names}\n`);
console.log(`${kB(code.length)} minified, ${kB(gzipSync(code).length)} after gzip`);
console.log(
  `${kB(gzipSync(later.map((chunk) => chunk.code).join('\n')).length)} after gzip are loaded where they are used\n`,
);

const parts = [...chunks.values()]
  .flatMap((chunk) => Object.entries(chunk.modules))
  .filter(([, { code }]) => code)
  .map(([id, { code }]) => {
    const path = relative(dist, id);
    const name = options.modules || !path.includes('/') ? path : path.slice(0, path.indexOf('/') + 1);
    return { name, code: minifySync(path, code, { mangle: { toplevel: true } }).code };
  });
/** Bytes after gzip of all parts but one. */
const sizeWithout = (name) =>
  gzipSync(parts.flatMap((part) => (part.name === name ? [] : part.code)).join('\n')).length;
const whole = sizeWithout(undefined);
const shares = [...new Set(parts.map(({ name }) => name))].map((name) => ({ name, saved: whole - sizeWithout(name) }));
console.log('What gzip would save without it:');
for (const { name, saved } of shares.sort((a, b) => b.saved - a.saved)) {
  console.log(`${String(saved).padStart(6)} B  ${name}`);
}
