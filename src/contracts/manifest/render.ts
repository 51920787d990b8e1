import { printable, type Issue } from './issue.ts';

const WIDEST = 120;

/**
 * One issue as it is printed: `file:line:column  field: what is wrong. Allowed: ... Did you mean ...?`, then the line of the
 * file with a caret under the place. The line is left out where it may hold a secret, or where `text` is not given.
 */
export function renderIssue(issue: Issue, text?: string): string {
  const line = issueLine(issue);
  if (text === undefined || issue.hidden) return line;
  const source = (text.startsWith('\uFEFF') ? text.slice(1) : text).split(/\r?\n/)[issue.line - 1];
  if (source === undefined || source.trim() === '') return line;
  const number = String(issue.line);
  const from = Math.max(0, issue.column - WIDEST);
  const shown = source.slice(from, from + WIDEST + 40).replaceAll('\t', ' ').replaceAll(/\p{C}/gu, '·');
  return `${line}\n  ${number} | ${shown}\n  ${' '.repeat(number.length)} | ${' '.repeat(issue.column - 1 - from)}^`;
}

/** The first line of `renderIssue`, for logs and for answers of the API. */
export function issueLine(issue: Issue): string {
  const place = `${printable(issue.file, 300)}:${issue.line}:${issue.column}  `;
  const warning = issue.severity === 'warning' ? 'warning: ' : '';
  const field = issue.path === '' ? '' : `${issue.path}: `;
  const allowed = issue.allowed && issue.allowed.length > 0 ? ` Allowed: ${issue.allowed.join(', ')}.` : '';
  return `${place}${warning}${field}${issue.message}${allowed}${meant(issue.suggestion)}`;
}

/** Words in quotes; what already has its own signs (`[a, b]`, `"1.0"`) or would change its meaning in quotes (`2`, `true`) as it is. */
function meant(suggestion: string | undefined): string {
  if (suggestion === undefined) return '';
  const isWord = /^[A-Za-z/][\w./%-]*$/.test(suggestion) && suggestion !== 'true' && suggestion !== 'false';
  return ` Did you mean ${isWord ? `"${suggestion}"` : suggestion}?`;
}
