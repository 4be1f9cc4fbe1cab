/**
 * Sentences as a list, and tables, as Markdown.
 *
 * @param {readonly string[]} sentences
 * @param {readonly import('@vardrop/experiments').Table[]} tables
 */
export function markdownOf(sentences, tables) {
  const row = (/** @type {readonly string[]} */ cells) => `| ${cells.join(' | ')} |`;
  const text = tables.map(({ title, columns, rows, note }) =>
    [`**${title}**`, [row(columns), `|${'---|'.repeat(columns.length)}`, ...rows.map(row)].join('\n'), note]
      .filter(Boolean)
      .join('\n\n'),
  );
  return [sentences.map((sentence) => `- ${sentence}`).join('\n'), ...text].join('\n\n');
}
