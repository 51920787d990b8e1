/** docs/cli.md with the reference of every command as the program prints it. */
import { createProgram } from '../src/cli/program.ts';
import { reference } from '../src/cli/reference.ts';

const HEADING = '## Every command\n\n';

/** Everything before the heading is written by hand. */
export function withCliReference(page: string): string {
  const [before = ''] = page.split(HEADING);
  const program = createProgram({ stdout: { write: () => undefined }, stderr: { write: () => undefined } } as never, () => undefined);
  return `${before}${HEADING}${reference(program)}\n`;
}
