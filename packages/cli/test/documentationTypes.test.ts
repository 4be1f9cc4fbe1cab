import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { blocks, pages, root } from './markdown.js';

/** Within the package, whose dependencies the programs import; git ignores it. */
const folder = join(root, 'packages', 'cli', 'documentation');

/** As `docs/apps.md` tells users of TypeScript to have it. */
const compilerOptions = {
  module: 'nodenext',
  target: 'es2022',
  lib: ['es2022', 'dom'],
  types: [],
  strict: true,
  skipLibCheck: true,
  noEmit: true,
};

function write(path: string, content: string): void {
  mkdirSync(join(folder, path, '..'), { recursive: true });
  writeFileSync(join(folder, path), content);
}

it('every program of the documentation is strict TypeScript', () => {
  rmSync(folder, { recursive: true, force: true });
  write('package.json', JSON.stringify({ type: 'module' }));
  write('tsconfig.json', JSON.stringify({ compilerOptions, include: ['.'] }));
  // What tests of a backend import from their own package.
  write('src/index.ts', "export { createReferenceBackend as createMyBackend } from '@vardrop/core/reference';\n");
  let count = 0;
  for (const page of pages) {
    for (const language of ['js', 'ts'] as const) {
      blocks(page, language).forEach((program, i) => {
        count++;
        write(join('test', `${page.replaceAll(/[^\w]+/g, '_')}_${language}_${i + 1}.ts`), `${program}\nexport {};\n`);
      });
    }
  }
  expect(count).toBeGreaterThan(10);
  const check = spawnSync(join(root, 'node_modules', '.bin', 'tsc'), ['-p', folder, '--pretty', 'false'], {
    cwd: folder,
    encoding: 'utf8',
  });
  expect(check.stdout).toBe('');
  expect(check.status).toBe(0);
  rmSync(folder, { recursive: true });
});
