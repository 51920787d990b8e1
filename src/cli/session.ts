/** One run of the command line: what every command prints with and asks through. */
import type { Command } from 'commander';
import { type Client, createClient } from './client.ts';
import { connectionOf, homeOf, type WhereOptions } from './connection.ts';
import { EXIT } from './exit.ts';
import type { CliNeeds } from './needs.ts';
import { jsonText } from './text/json-text.ts';
import { styleOf, type Style } from './text/style.ts';

export interface GlobalOptions extends WhereOptions {
  readonly json?: boolean;
}

export interface Session {
  readonly needs: CliNeeds;
  readonly style: Style;
  readonly json: boolean;
  /** The data directory of this machine, whatever the command talks to. */
  readonly home: string;
  /** Lines of the answer. Nothing with --json. */
  say(...lines: readonly string[]): void;
  /** Lines that are no answer: on the other output, so that a pipe gets only answers. */
  remark(...lines: readonly string[]): void;
  /** With --json the raw answer, else the lines. */
  answer(raw: unknown, lines: () => readonly string[]): void;
  connect(): Promise<Client>;
}

export function createSession(needs: CliNeeds, options: GlobalOptions): Session {
  const json = options.json === true;
  const print = (lines: readonly string[]) => lines.length > 0 && needs.stdout.write(`${lines.join('\n')}\n`);
  return {
    needs,
    json,
    style: styleOf(needs.isTerminal && !json, needs.env.NO_COLOR),
    home: homeOf(needs, options),
    say: (...lines) => void (json || print(lines)),
    remark: (...lines) => void needs.stderr.write(lines.map((line) => `${line}\n`).join('')),
    answer: (raw, lines) => void print(json ? [jsonText(raw, 2)] : lines()),
    connect: async () => createClient(needs, await connectionOf(needs, options)),
  };
}

/** What commands are added to: the program or a command with commands of its own. */
export interface Host {
  readonly program: Command;
  readonly needs: CliNeeds;
  /** Called once with how the command ended. */
  readonly ended: (exitCode: number) => void;
}

type Action<O> = (session: Session, options: O, ...words: string[]) => Promise<number | void>;

/** Binds a command's action: options of the program are read too, and what it resolves with is the exit code. */
export function runs<O extends object>(host: Host, command: Command, action: Action<O>): void {
  command.action(async (...given: unknown[]) => {
    const self = given.at(-1) as Command;
    const options = self.optsWithGlobals<O & GlobalOptions>();
    // Arguments are text, or what their parser made of it; an absent one is empty, and those of a list stand one after the other.
    const words = given.slice(0, -2).flatMap((word) => (Array.isArray(word) ? word.map(String) : typeof word === 'string' || typeof word === 'number' ? `${word}` : ''));
    host.ended((await action(createSession(host.needs, options), options, ...words)) ?? EXIT.ok);
  });
}

/** Help with an example, for every command. */
export const example = (command: Command, ...lines: readonly string[]): Command => command.addHelpText('after', `\nExample:\n${lines.map((line) => `  ${line}`).join('\n')}`);
