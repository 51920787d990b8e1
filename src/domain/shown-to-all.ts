/** Lines that anybody may have written, as a block of Markdown that shows them and does nothing else. */

const LINE_MAX = 1000;

/** No markup, mention or link of theirs takes effect, and no character that turns or hides others is left. */
export function shownToAll(lines: readonly string[]): string {
  const text = lines.map((line) => line.replace(/\p{C}/gu, '·').slice(0, LINE_MAX)).join('\n');
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}text\n${text}\n${fence}`;
}
