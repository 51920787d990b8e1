/** People as Slack names them: those it knows by their member id are mentioned. */
import { escaped } from '../../../contracts/slack/blocks.ts';
import type { Environments } from '../../../domain/environment.ts';

export type People = Environments['people'];

export function person(people: People, name: string): string {
  const member = people.find((known) => known.name === name)?.slack;
  return member === undefined ? escaped(name) : `<@${member}>`;
}

export const persons = (people: People, names: readonly string[]): string => names.map((name) => person(people, name)).join(', ');
