/** As much of a terminal as the progress uses: what a person sees after all that was written. */
const SEQUENCE = new RegExp(`^${String.fromCodePoint(27)}\\[(\\?)?([\\d;]*)([A-Za-z])`);

export function screen(columns: number) {
  let lines = [''];
  let row = 0;
  let column = 0;
  let writes = 0;
  const put = (character: string): void => {
    if (column >= columns) throw new Error(`a line is wider than ${columns} cells: ${lines[row] ?? ''}`);
    const line = (lines[row] ?? '').padEnd(column);
    lines[row] = line.slice(0, column) + character + line.slice(column + 1);
    column += 1;
  };
  const control = (privately: boolean, argument: string, letter: string): void => {
    if (privately || letter === 'm') return;
    if (letter === 'A') row = Math.max(0, row - Number(argument || 1));
    else if (letter === 'K') lines[row] = (lines[row] ?? '').slice(0, column);
    else if (letter === 'J') lines = [...lines.slice(0, row), (lines[row] ?? '').slice(0, column)];
    else throw new Error(`unknown sequence ${letter}`);
  };
  const write = (text: string): void => {
    writes += 1;
    for (let rest = text; rest !== '';) {
      const found = SEQUENCE.exec(rest);
      if (found !== null) control(found[1] !== undefined, found[2] ?? '', found[3] ?? '');
      else if (rest.startsWith('\n')) [row, column] = [row + 1, 0];
      else if (rest.startsWith('\r')) column = 0;
      else put(rest.slice(0, 1));
      if (lines[row] === undefined) lines[row] = '';
      rest = rest.slice(found?.[0].length ?? 1);
    }
  };
  return { columns, rows: 24, write, text: () => lines.map((line) => line.trimEnd()).join('\n').trimEnd(), writes: () => writes };
}
