import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const packages = readdirSync(join(root, 'packages'));

/** Paths of the files that a package is published with. */
function published(name: string): string[] {
  const folder = join(root, 'packages', name);
  const packed = execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
    cwd: folder,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  // One entry: an array of it, or an object by the package's name, as npm's version has it.
  const [entry] = Object.values(JSON.parse(packed)) as { files: { path: string }[] }[];
  return entry.files.map(({ path }) => path);
}

describe.each(packages)('package %s', (name) => {
  let files: string[];
  beforeAll(() => {
    files = published(name);
  });

  it('is published with its licence, its README and the sources that its maps point at', () => {
    expect(files).toEqual(expect.arrayContaining(['LICENSE', 'README.md', 'package.json']));
    expect(files.filter((path) => path.endsWith('.tsbuildinfo') || path.startsWith('test/'))).toEqual([]);
    const sources = files
      .filter((path) => path.endsWith('.map'))
      .flatMap((path) => {
        const map = JSON.parse(readFileSync(join(root, 'packages', name, path), 'utf8')) as { sources: string[] };
        return map.sources.map((source) => join(path, '..', source));
      })
      // A build leaves behind what it made of files that have since been renamed.
      .filter((source) => existsSync(join(root, 'packages', name, source)));
    expect(sources.length > 0).toBe(files.some((path) => path.startsWith('dist/')));
    expect(sources.filter((source) => !files.includes(source))).toEqual([]);
  });

  it('has an entry point with types, which is published', () => {
    const { exports } = JSON.parse(readFileSync(join(root, 'packages', name, 'package.json'), 'utf8'));
    const entry = Object.values(exports['.'] as Record<string, string>).map((path) => path.replace('./', ''));
    expect(entry).toEqual([expect.stringMatching(/\.d\.ts$/), expect.stringMatching(/\.js$/)]);
    expect(files).toEqual(expect.arrayContaining(entry));
  });

  it('has the licence of the repository', () => {
    const licence = (folder: string) => readFileSync(join(root, folder, 'LICENSE'), 'utf8');
    expect(licence(join('packages', name))).toBe(licence('.'));
  });
});
