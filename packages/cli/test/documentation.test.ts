import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { contractVersion } from '@vardrop/core/backend';
import { describe, expect, it } from 'vitest';
import { parseArguments } from '../src/arguments.js';
import { blocks, pages, root } from './markdown.js';

/** The commands of the page: lines of its `sh` blocks that call `vardrop`, as words, comments left out. */
function commands(page: string): string[][] {
  return blocks(page, 'sh').flatMap((block) =>
    [...block.matchAll(/^(?:npx vardrop|npm start --(?= )) *([^#\n]*)/gm)].map(([line, words]) => [
      ...(line.startsWith('npm start') ? ['train'] : []),
      ...[...words.matchAll(/'([^']*)'|\S+/g)].map(([word, quoted = word]) => quoted),
    ]),
  );
}

describe('documentation', () => {
  it('says what a backend of each earlier contract has to change, as its refusal promises', () => {
    const page = readFileSync(join(root, 'docs/add-a-backend.md'), 'utf8');
    for (let version = 1; version < contractVersion; version++) {
      expect(page).toContain(`\n## From contract ${version} to ${contractVersion}\n`);
    }
  });

  for (const page of pages) {
    for (const words of commands(page)) {
      it(`${page}: vardrop ${words.join(' ')} is understood`, () => {
        expect(() => parseArguments(words, '0')).not.toThrow();
      });
    }

    blocks(page, 'js').forEach((program, i) => {
      it(`${page}: program ${i + 1} runs`, () => {
        // Within the package, whose dependencies the programs import; they may write files there.
        const folder = mkdtempSync(join(root, 'packages', 'cli', '.documentation-'));
        const run = spawnSync(process.execPath, ['--input-type=module', '-'], {
          cwd: folder,
          input: program,
          encoding: 'utf8',
        });
        rmSync(folder, { recursive: true });
        expect(run.stderr + run.stdout).not.toMatch(/\b(NaN|undefined)\b/);
        expect(run.status, run.stderr).toBe(0);
      });
    });

    blocks(page, 'javascript').forEach((fragment, i) => {
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

  for (const example of ['sequence', 'residual', 'text', 'forecast']) {
    it(`examples/${example}.js refuses other arguments`, () => {
      const run = spawnSync(process.execPath, [join(root, 'examples', `${example}.js`), '--size', 'huge'], {
        encoding: 'utf8',
      });
      expect(run.status).not.toBe(0);
      expect(run.stderr).toContain('[example] arguments: got --size huge, needs --size quick or --size full.');
      expect(run.stderr).toContain("code: 'VARDROP_OPTION'");
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
