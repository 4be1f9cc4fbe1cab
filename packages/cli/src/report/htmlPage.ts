import { html, type Markup, trusted } from './html.js';
import { reportStyle } from './style.js';

/** @returns a page that loads nothing and runs nothing: `title` after the program's name, `content` as its main part. */
export function htmlPage(title: string, content: Markup): string {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
<title>Vardrop: ${title}</title>
<style>${trusted(reportStyle)}</style>
</head>
<body>
<main>
${content}
</main>
</body>
</html>
`.markup;
}
