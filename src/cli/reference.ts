/** Every command with its help, as docs/cli.md has it: a test holds the two together. */
import type { Command } from 'commander';

/** `### slipway deploy` and its help, for each command in the program's order. Options that all commands share are left out. */
export function reference(program: Command): string {
  return program.commands.flatMap((command) => [section(command, `slipway ${command.name()}`), ...command.commands.map((inner) => section(inner, `slipway ${command.name()} ${inner.name()}`))]).join('\n\n');
}

function section(command: Command, name: string): string {
  return [`### ${name}`, '', '```text', helpOf(command), '```'].join('\n');
}

/** With the examples, which `helpInformation` leaves out. */
function helpOf(command: Command): string {
  let text = '';
  const before = command.configureOutput();
  command.configureOutput({ ...before, writeOut: (part) => { text += part; }, getOutHelpWidth: () => 110 });
  command.outputHelp();
  command.configureOutput(before);
  return text.replace(/\nGlobal Options:\n(?: {2}.*\n)+/, '').replace(/\n {2}-h, --help .*\n/, '\n').replace(/\nOptions:\n(?=\n|$)/, '').trimEnd();
}
