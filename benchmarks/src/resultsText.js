import { benchFindings, readBenchReport } from '@vardrop/experiments';
import { kitText } from './gpuKit/kitText.js';
import { markdownOf } from './markdown.js';

/** Between these lines of the README stand the results. @param {string} what */
const markers = (what) => [`<!-- ${what}: written by writeResults.js -->`, `<!-- end: ${what} -->`];

/** Tables and sentences of a report as Markdown. @param {string} json of `vardrop bench --json` */
function resultsText(json) {
  const { tables, sentences } = benchFindings(readBenchReport(json, 'results.json'));
  return markdownOf(sentences, tables);
}

/** @param {string} readme @param {string} what @param {string} text */
function withPart(readme, what, text) {
  const lines = markers(what);
  const [start, end] = lines.map((marker) => readme.indexOf(marker));
  if (start < 0 || end < start)
    throw new Error(`[benchmarks] README.md: got no lines ${lines.join(' and ')}, needs both.`);
  return `${readme.slice(0, start)}${lines[0]}\n\n${text}\n\n${readme.slice(end)}`;
}

/**
 * The README with the results of reports in their places.
 *
 * @param {string} readme
 * @param {string} json of `vardrop bench --json`
 * @param {string} gpuJson of the kit for graphics cards
 */
export function withResults(readme, json, gpuJson) {
  return withPart(withPart(readme, 'results', resultsText(json)), 'gpu results', kitText(JSON.parse(gpuJson)));
}
