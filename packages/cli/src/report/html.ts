/** Markup that is safe to put into a page as it is. */
export interface Markup {
  readonly markup: string;
}

/** What a template takes: text is escaped, markup is not, lists are joined, nothing is left out. */
export type Content = string | number | Markup | readonly Content[] | undefined;

/**
 * A template of HTML: every interpolated text is escaped, for elements' content and for quoted attributes alike.
 *
 * @example html`<td title="${name}">${value}</td>`
 */
export function html(strings: TemplateStringsArray, ...contents: readonly Content[]): Markup {
  let markup = strings[0];
  contents.forEach((content, index) => {
    markup += toMarkup(content) + strings[index + 1];
  });
  return { markup };
}

/** Marks text as markup. For what a library has already escaped and for constants of this package only. */
export function trusted(markup: string): Markup {
  return { markup };
}

function toMarkup(content: Content): string {
  if (content === undefined) return '';
  if (typeof content === 'string') return escapeText(content);
  if (typeof content === 'number') return String(content);
  return 'markup' in content ? content.markup : content.map(toMarkup).join('');
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escapeText(text: string): string {
  return text.replace(/[&<>"']/g, (character) => entities[character]);
}
