/** `slipway completion`: commands and options for the shell's Tab key, made from the program itself. */
import { Argument, type Command } from 'commander';
import { example, runs, type Host } from './session.ts';

const SHELLS = ['bash', 'zsh'] as const;

export function addCompletion(host: Host): void {
  const command = host.program.command('completion').summary('completion for a shell').helpGroup('The installation:').description('Prints a script that completes commands and options.')
    .addArgument(new Argument('<shell>', 'which shell').choices([...SHELLS]));
  example(command, 'source <(slipway completion bash)');
  runs(host, command, async (session, _options, shell) => session.answer({ script: script(host.program, shell === 'zsh') }, () => [script(host.program, shell === 'zsh')]));
}

/** What may follow a command, by its path: `service add` -> its options. */
export function completions(program: Command): Map<string, string[]> {
  const shared = optionsOf(program);
  const all = new Map([['', [...program.commands.map((command) => command.name()), ...shared]]]);
  for (const command of program.commands) {
    all.set(command.name(), [...command.commands.map((inner) => inner.name()), ...optionsOf(command), ...shared]);
    for (const inner of command.commands) all.set(`${command.name()} ${inner.name()}`, [...optionsOf(inner), ...shared]);
  }
  return all;
}

const optionsOf = (command: Command): string[] => command.options.flatMap((option) => option.long ?? []);

function script(program: Command, zsh: boolean): string {
  const nested = program.commands.filter((command) => command.commands.length > 0).map((command) => command.name());
  return [
    ...(zsh ? ['autoload -U +X bashcompinit && bashcompinit'] : []),
    '_slipway() {',
    '  local path="" word i',
    '  for ((i = 1; i < COMP_CWORD; i++)); do',
    '    word="${COMP_WORDS[i]}"',
    '    [[ "$word" == -* ]] && continue',
    `    if [[ -z "$path" ]]; then path="$word"; elif [[ " ${nested.join(' ')} " == *" $path "* ]]; then path="$path $word"; break; else break; fi`,
    '  done',
    '  case "$path" in',
    ...[...completions(program)].map(([path, words]) => `    "${path}") word="${words.join(' ')}" ;;`),
    '    *) word="" ;;',
    '  esac',
    '  COMPREPLY=($(compgen -W "$word" -- "${COMP_WORDS[COMP_CWORD]}"))',
    '}',
    'complete -o default -F _slipway slipway',
  ].join('\n');
}
