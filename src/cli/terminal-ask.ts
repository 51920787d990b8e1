/** Questions on a terminal. */
import { createInterface } from 'node:readline/promises';
import { ServiceName } from '../domain/ids.ts';
import type { Ask, InitAnswers } from './needs.ts';

export const terminalAsk = (input: NodeJS.ReadableStream, output: NodeJS.WritableStream): Ask => ({
  confirm: (question) => confirm(input, output, question),
  init: askInit,
});

/** Only a plain yes is one; Ctrl-C, Ctrl-D and Enter are no. */
async function confirm(input: NodeJS.ReadableStream, output: NodeJS.WritableStream, question: string): Promise<boolean> {
  const lines = createInterface({ input, output });
  const closed = new AbortController();
  lines.once('SIGINT', () => lines.close());
  lines.once('close', () => closed.abort());
  try {
    const answer = await lines.question(`${question} [y/N] `, { signal: closed.signal });
    return /^y(?:es)?$/i.test(answer.trim());
  } catch (error) {
    if (closed.signal.aborted) return false;
    throw error;
  } finally {
    lines.close();
  }
}

/** Loaded only here: most commands ask nothing and should start at once. */
async function askInit(defaults: InitAnswers): Promise<InitAnswers | null> {
  const { intro, isCancel, outro, text } = await import('@clack/prompts');
  const ask = async (message: string, initialValue: string, check: (value: string) => string | undefined): Promise<string | null> => {
    const answer = await text({ message, initialValue, validate: (value) => check(value ?? '') });
    return isCancel(answer) ? null : answer;
  };
  const given = (value: string) => (value.trim() === '' ? 'Say something here.' : undefined);
  intro('A slipway.yaml for this service');
  const service = await ask('What is it called?', defaults.service, (value) => ServiceName.safeParse(value).error?.issues[0]?.message);
  const team = service === null ? null : await ask('Which team owns it?', defaults.team, given);
  const start = team === null ? null : await ask('Which command starts it? It listens on the port that PORT names.', defaults.start, given);
  if (service === null || team === null || start === null) return null;
  outro('That is all there is to know.');
  return { service, team, start };
}
