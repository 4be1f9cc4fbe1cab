import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parseArguments } from '../src/arguments.js';

const root = fileURLToPath(new URL('../../..', import.meta.url));

/** Every Markdown page of the repository that readers are meant to follow. */
const pages = [
  'README.md',
  'CONTRIBUTING.md',
  ...readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' }).map((name) => join('docs', name)),
  ...readdirSync(join(root, 'packages')).map((name) => join('packages', name, 'README.md')),
  join('benchmarks', 'README.md'),
].filter((path) => path.endsWith('.md'));

/** Programs in the page: its `js` blocks. */
function programs(page: string): string[] {
  return [...readFileSync(join(root, page), 'utf8').matchAll(/```js\n(.*?)```/gs)].map((match) => match[1]);
}

/** Parts of programs, and programs that want a page or a graphics card: the page's `javascript` blocks. */
function fragments(page: string): string[] {
  return [...readFileSync(join(root, page), 'utf8').matchAll(/```javascript\n(.*?)```/gs)].map((match) => match[1]);
}

/** The commands of the page: lines of its `sh` blocks that call `vardrop`, as words, comments left out. */
function commands(page: string): string[][] {
  return [...readFileSync(join(root, page), 'utf8').matchAll(/```sh\n(.*?)```/gs)].flatMap(([, block]) =>
    [...block.matchAll(/^(?:npx vardrop|npm start --(?= )) *([^#\n]*)/gm)].map(([line, words]) => [
      ...(line.startsWith('npm start') ? ['train'] : []),
      ...words.trim().split(/\s+/),
    ]),
  );
}

describe('documentation', () => {
  for (const page of pages) {
    for (const words of commands(page)) {
      it(`${page}: vardrop ${words.join(' ')} is understood`, () => {
        expect(() => parseArguments(words, '0')).not.toThrow();
      });
    }

    programs(page).forEach((program, i) => {
      it(`${page}: program ${i + 1} runs`, () => {
        const run = spawnSync(process.execPath, ['--input-type=module', '-'], {
          cwd: join(root, 'packages', 'cli'),
          input: program,
          encoding: 'utf8',
        });
        expect(run.stderr + run.stdout).not.toMatch(/\b(NaN|undefined)\b/);
        expect(run.status, run.stderr).toBe(0);
      });
    });

    fragments(page).forEach((fragment, i) => {
      it(`${page}: fragment ${i + 1} is JavaScript`, () => {
        const check = spawnSync(process.execPath, ['--input-type=module', '--check', '-'], {
          input: fragment,
          encoding: 'utf8',
        });
        expect(check.status, check.stderr).toBe(0);
      });
    });

    it(`${page}: every link to a file leads to one`, () => {
      const text = readFileSync(join(root, page), 'utf8');
      for (const [, target] of text.matchAll(/\]\(([^)#\s]+)(?:#[^)]*)?\)/g)) {
        if (/^[a-z]+:/.test(target)) continue;
        const path = join(root, page, '..', target);
        expect(() => readdirOrRead(path), `${page} → ${target}`).not.toThrow();
      }
    });
  }

  for (const example of readdirSync(join(root, 'examples')).filter((name) => name.endsWith('.js'))) {
    it(`examples/${example} runs`, () => {
      const run = spawnSync(process.execPath, [join(root, 'examples', example)], { encoding: 'utf8' });
      expect(run.stdout).not.toMatch(/\b(NaN|undefined)\b/);
      expect(run.status, run.stderr).toBe(0);
    });
  }
});

function readdirOrRead(path: string): void {
  try {
    readFileSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EISDIR') throw error;
  }
}
