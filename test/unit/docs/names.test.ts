import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { describe, expect, it } from '@jest/globals';
import { createProgram } from '../../../src/cli/program.ts';
import { localConfig } from '../../../src/config.ts';
import { commandOf } from '../../../src/app/slack/commands.ts';
import { codeLines, document, documents, ROOT } from './documents.ts';

const pages = documents();
const program = createProgram({ stdout: { write: () => undefined }, stderr: { write: () => undefined } } as never, () => undefined);

const subcommand = (command: Command, word: string | undefined) => command.commands.find((known) => known.name() === word);

/** Why a command line of a page would not be understood; null when it would. */
function misunderstood(line: string): string | null {
  const words = line.split(/\s+/).slice(1).map((word) => word.replace(/[.,;:)]+$/, ''));
  let command: Command = program;
  for (let next = subcommand(command, words[0]); next !== undefined; next = subcommand(command, words[0])) {
    command = next;
    words.shift();
  }
  if (command === program) return `${line}: there is no command "${words[0] ?? ''}"`;
  const known = [...command.options, ...program.options].flatMap((option) => [option.long, option.short]);
  const wrong = words.filter((word) => /^--?[a-z]/.test(word) && word !== '--help' && word !== '-h' && !known.includes(word));
  return wrong.length === 0 ? null : `${line}: ${command.name()} has no ${wrong.join(', ')}`;
}

/** `slipway ...` as a command line: up to where another one begins, or the sentence goes on. */
const commandsIn = (line: string): string[] => [...line.matchAll(/(?<![\w/.:"'-]|: )slipway +[a-z][^|&;#"]*/g)].map(([text]) => text.split(/ {2,}|\)/)[0]?.trim() ?? '');

describe('commands', () => {
  it('a command and an option that are not there are found', () => {
    expect(misunderstood('slipway tokenize')).toContain('no command');
    expect(misunderstood('slipway deploy catalog --verzion 1')).toContain('--verzion');
    expect(misunderstood('slipway service add URL')).toBeNull();
  });

  it.each(pages.map((page) => [page.path, page] as const))('%s names commands and options that the program has', (_path, page) => {
    expect(codeLines(page).flatMap(commandsIn).map(misunderstood).filter((problem) => problem !== null)).toEqual([]);
  });

  it('every command of the program stands in docs/cli.md', () => {
    const text = document('docs/cli.md').text;
    expect(program.commands.map((command) => command.name()).filter((name) => !text.includes(`slipway ${name}`))).toEqual([]);
  });

  it.each(pages.map((page) => [page.path, page] as const))('%s names slash commands that Slack may send', (_path, page) => {
    for (const line of codeLines(page)) {
      for (const [, text = ''] of line.matchAll(/(?<![\w.])\/slipway ([a-z][a-z0-9 ]*)/g)) expect(commandOf(text).verb).toBe(text.split(' ')[0]);
    }
  });
});

const VARIABLE = /\bSLIPWAY_[A-Z]+(?:_[A-Z]+)*\b/g;
const variablesIn = (text: string): string[] => [...new Set(text.match(VARIABLE) ?? [])];
const sources = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts')).map((name) => readFileSync(join(ROOT, 'src', name), 'utf8')).join('\n');

describe('variables', () => {
  it.each(pages.map((page) => [page.path, page] as const))('%s names variables that the program has', (_path, page) => {
    const known = variablesIn(sources);
    expect(variablesIn(page.text).filter((name) => !known.includes(name))).toEqual([]);
  });

  it('docs/operations.md has every variable that is read', () => {
    const read = [...variablesIn(readFileSync(join(ROOT, 'src/config.ts'), 'utf8')), 'SLIPWAY_URL', 'SLIPWAY_TOKEN'];
    const described = variablesIn(document('docs/operations.md').text);
    expect(read.filter((name) => !described.includes(name))).toEqual([]);
  });

  it('docs/operations.md has their defaults', () => {
    const row = (name: string) => new RegExp(`^\\| \`${name}\` \\| \`([^\`]*)\``, 'm').exec(document('docs/operations.md').text)?.[1];
    const config = localConfig({});
    expect([row('SLIPWAY_HOST'), row('SLIPWAY_PORT'), row('SLIPWAY_ROUTER_PORT'), row('SLIPWAY_PASS_SECONDS'), row('SLIPWAY_SWEEP_SECONDS'), row('SLIPWAY_EXIT_EVENTS'), row('PATH')])
      .toEqual([config.host, String(config.port), String(config.routerPort), String(config.passSeconds), String(config.sweepSeconds), config.exitEvents ? 'on' : 'off', config.path]);
  });

  it('docs/process-target.md has every variable of an instance', () => {
    const given = readFileSync(join(ROOT, 'src/targets/process/instance-environment.ts'), 'utf8');
    const described = variablesIn(document('docs/process-target.md').text);
    expect(variablesIn(given).filter((name) => !described.includes(name))).toEqual([]);
  });
});
