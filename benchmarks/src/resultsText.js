import { benchFindings, readBenchReport } from '@vardrop/experiments';

/** Between these lines of the README stand the results. */
const markers = ['<!-- results: written by writeResults.js -->', '<!-- end: results -->'];

/** Tables and sentences of a report as Markdown. @param {string} json of `vardrop bench --json` */
function resultsText(json) {
  const { tables, sentences } = benchFindings(readBenchReport(json, 'results.json'));
  const row = (/** @type {readonly string[]} */ cells) => `| ${cells.join(' | ')} |`;
  const text = tables.map(({ title, columns, rows, note }) =>
    [`**${title}**`, [row(columns), `|${'---|'.repeat(columns.length)}`, ...rows.map(row)].join('\n'), note]
      .filter(Boolean)
      .join('\n\n'),
  );
  return [sentences.map((sentence) => `- ${sentence}`).join('\n'), ...text].join('\n\n');
}

/** The README with the results of a report in their place. @param {string} readme @param {string} json */
export function withResults(readme, json) {
  const [start, end] = markers.map((marker) => readme.indexOf(marker));
  if (start < 0 || end < start)
    throw new Error(`[benchmarks] README.md: got no lines ${markers.join(' and ')}, needs both.`);
  return `${readme.slice(0, start)}${markers[0]}\n\n${resultsText(json)}\n\n${readme.slice(end)}`;
}
