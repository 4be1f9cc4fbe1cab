import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of the repository. */
export const root = fileURLToPath(new URL('../../..', import.meta.url));

/** Every Markdown page of the repository that readers are meant to follow. */
export const pages = [
  'README.md',
  'CONTRIBUTING.md',
  ...readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' }).map((name) => join('docs', name)),
  ...readdirSync(join(root, 'packages')).map((name) => join('packages', name, 'README.md')),
  ...['benchmarks', 'examples'].map((name) => join(name, 'README.md')),
].filter((path) => path.endsWith('.md'));

/**
 * The page's blocks of a language. `js` are whole programs, which are both JavaScript and strict TypeScript; `ts` are whole
 * programs for a test runner; `javascript` are parts of programs, and programs that want a page or a graphics card.
 */
export function blocks(page: string, language: 'js' | 'ts' | 'javascript' | 'sh'): string[] {
  const text = readFileSync(join(root, page), 'utf8');
  return [...text.matchAll(/^```(\w+)\n(.*?)^```$/gms)].flatMap(([, of, block]) => (of === language ? [block] : []));
}
