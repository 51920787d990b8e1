/** Makes an SVG of what a terminal showed: `node scripts/terminal-picture.ts [what] < recording > docs/demo.svg`. A recording is what script(1) writes. */
import { readFileSync } from 'node:fs';
import { stripVTControlCharacters } from 'node:util';

const CELL_WIDTH = 7.8;
const LINE_HEIGHT = 17;
const PADDING = 16;

const COLOURS: Readonly<Record<string, string>> = { 31: '#ff7b72', 32: '#7ee787', 33: '#e3b341', 34: '#79c0ff', 35: '#d2a8ff', 36: '#76e3ea', 90: '#8b949e' };

const ESCAPE = String.fromCodePoint(27);
const SGR = new RegExp(`(${ESCAPE}\\[[\\d;]*m)`);
const OTHER = new RegExp(`${ESCAPE}\\[[\\d;?]*[A-LN-Za-ln-z]`, 'g');

interface Run {
  readonly text: string;
  readonly colour: string | undefined;
  readonly bold: boolean;
}

/** Columns are made of spaces, and not every browser keeps those of a picture: `xml:space` is of SVG 1.1, and what took its place is not of all. */
const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll(/^ | (?= )|(?<= ) | $/g, '\u00A0');

/** The runs of one colour in a line, from its SGR sequences. */
function runsOf(line: string): Run[] {
  const runs: Run[] = [];
  let colour: string | undefined;
  let bold = false;
  for (const part of line.split(SGR)) {
    const codes = part.startsWith(`${ESCAPE}[`) ? part.slice(2, -1) : undefined;
    if (codes === undefined) {
      if (part !== '') runs.push({ text: part, colour, bold });
      continue;
    }
    for (const code of codes.split(';')) {
      if (code === '' || code === '0') [colour, bold] = [undefined, false];
      else if (code === '1') bold = true;
      else if (code === '22') bold = false;
      else if (code === '2') colour = COLOURS['90'];
      else if (code === '39') colour = undefined;
      else colour = COLOURS[code] ?? colour;
    }
  }
  return runs;
}

/** Other control sequences show nothing; a line that was written over shows what came last. */
const shown = (line: string): string => (line.split('\r').findLast((part) => part !== '') ?? '').replaceAll(OTHER, '');

/** For those who do not see it. */
const [, , label = 'A terminal with the output of npm run demo'] = process.argv;
const recording = readFileSync(0, 'utf8').replaceAll('\r\n', '\n');
const lines = recording.split('\n').filter((line) => !line.startsWith('Script ')).map(shown);
while (lines.at(-1)?.trim() === '') lines.pop();
const columns = Math.max(...lines.map((line) => stripVTControlCharacters(line).length));
const width = Math.round(columns * CELL_WIDTH + 2 * PADDING);
const height = lines.length * LINE_HEIGHT + 2 * PADDING;
const rows = lines.map((line, index) => {
  const spans = runsOf(line).map(({ text, colour, bold }) => `<tspan${colour === undefined ? '' : ` fill="${colour}"`}${bold ? ' font-weight="bold"' : ''}>${escaped(text)}</tspan>`).join('');
  return spans === '' ? '' : `<text x="${PADDING}" y="${PADDING + (index + 1) * LINE_HEIGHT - 5}">${spans}</text>`;
});
process.stdout.write(`<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="${escaped(label)}">
<rect width="100%" height="100%" rx="8" fill="#0d1117"/>
<g font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, monospace" font-size="13" fill="#e6edf3" xml:space="preserve">
${rows.filter((row) => row !== '').join('\n')}
</g>
</svg>
`);
