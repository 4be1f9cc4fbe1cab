import { defineConfig } from 'vitest/config';

// `npm run mutants`: the table of mutants against laws, which takes minutes and is no test.
export default defineConfig({
  test: { include: ['test/mutants/table.ts'], testTimeout: 3_600_000 },
});
