/** The commands of `/slipway`, in the order of the help. */
import { InvalidInput } from '../../domain/errors.ts';
import { closest } from '../../contracts/manifest/suggest.ts';
import { code } from '../../contracts/slack/blocks.ts';
import { wordsOf } from '../../contracts/slack/words.ts';

export const SLASH_COMMAND = '/slipway';
export const SLACK_VERBS = ['status', 'pending', 'approve', 'reject', 'promote', 'rollback', 'pause', 'resume', 'history', 'link', 'help'] as const;
export type SlackVerb = (typeof SLACK_VERBS)[number];

/** What follows each, and what it does. */
export const SLACK_USAGE = {
  status: ['[service]', 'how services are: versions, healthy instances, what is at work'],
  pending: ['[service]', 'what waits for a decision, with buttons'],
  approve: ['service [environment] [comment]', 'says yes to what waits'],
  reject: ['service [environment] [reason]', 'says no to it'],
  promote: ['service environment', 'ends the watch at work early, on the evidence there is'],
  rollback: ['service environment [version]', 'goes back, to the release before or to a version'],
  pause: ['service environment [reason]', 'stops repair there'],
  resume: ['service environment [reason]', 'starts it again'],
  history: ['service', 'its newest pipelines'],
  link: ['code', 'makes you known here, by the code that "slipway slack connect --me" prints'],
  help: ['', 'this list'],
} as const satisfies Record<SlackVerb, readonly [string, string]>;

/** Those that change nothing may simply be done again. */
export const CHANGING: ReadonlySet<SlackVerb> = new Set(['approve', 'reject', 'promote', 'rollback', 'pause', 'resume']);

export const HELP = SLACK_VERBS.map((verb) => `${code(`${SLASH_COMMAND} ${verb}${SLACK_USAGE[verb][0] === '' ? '' : ` ${SLACK_USAGE[verb][0]}`}`)}  ${SLACK_USAGE[verb][1]}`).join('\n');

/** @throws InvalidInput naming the command that was probably meant */
export function commandOf(text: string): { readonly verb: SlackVerb; readonly words: readonly string[] } {
  const [first = 'help', ...words] = wordsOf(text);
  const verb = SLACK_VERBS.find((known) => known === first.toLowerCase());
  if (verb !== undefined) return { verb, words };
  const meant = closest(first, SLACK_VERBS);
  throw new InvalidInput(`"${first.slice(0, 40)}" is no command. ${meant === undefined ? `There are: ${SLACK_VERBS.join(', ')}.` : `Did you mean ${SLASH_COMMAND} ${meant}?`}`);
}

/** @throws InvalidInput when words are left that say nothing */
export function nothingMore(verb: SlackVerb, rest: readonly string[]): void {
  if (rest.length > 0) throw new InvalidInput(`"${rest.join(' ').slice(0, 60)}" is too much. Use: ${SLASH_COMMAND} ${verb} ${SLACK_USAGE[verb][0]}`);
}
