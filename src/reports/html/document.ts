import { hash } from 'node:crypto';
import { type Html, html, htmlText, trusted } from './html.ts';
import { THEME } from './theme.ts';

export interface Page {
  readonly title: string;
  /** CSS beside the theme. */
  readonly style: string;
  readonly body: Html;
  /** JavaScript of ours, run in order behind the body. */
  readonly scripts?: readonly string[];
}

/**
 * A page in one file, which needs no server and no network. Its content security policy lets nothing be
 * loaded and only these scripts run, by their hashes: a script that came in with a case would stay dead.
 */
export const documentHtml = ({ title, style, body, scripts = [] }: Page): string =>
  htmlText(html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policyOf(scripts)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<style>${trusted(THEME)}${trusted(style)}</style>
</head>
<body>
${body}
${scripts.map((script) => html`<script>${trusted(script)}</script>\n`)}</body>
</html>
`);

function policyOf(scripts: readonly string[]): string {
  const hashes = scripts.map((script) => `'sha256-${hash('sha256', script, 'base64')}'`);
  return [
    "default-src 'none'",
    "style-src 'unsafe-inline'",
    `script-src ${hashes.join(' ') || "'none'"}`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
}
