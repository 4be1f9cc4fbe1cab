import { readFile, writeFile } from 'node:fs/promises';
import { withResults } from './resultsText.js';

/**
 * Writes the tables of `benchmarks/results.json`, a report of `vardrop bench --json`, and those of `benchmarks/gpu/results.json`, a report of
 * the kit for graphics cards, into `benchmarks/README.md`.
 */
const read = (/** @type {string} */ name) => readFile(new URL(`../${name}`, import.meta.url), 'utf8');
const text = withResults(await read('README.md'), await read('results.json'), await read('gpu/results.json'));
await writeFile(new URL('../README.md', import.meta.url), text);
