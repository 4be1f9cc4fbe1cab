import { readFile, writeFile } from 'node:fs/promises';
import { withResults } from './resultsText.js';

/** Writes the tables of `benchmarks/results.json`, a report of `vardrop bench --json`, into `benchmarks/README.md`. */
const readme = new URL('../README.md', import.meta.url);
const json = await readFile(new URL('../results.json', import.meta.url), 'utf8');
await writeFile(readme, withResults(await readFile(readme, 'utf8'), json));
