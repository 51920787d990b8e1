/** Who a member of Slack is here, and what they may. The same question as in the API, so neither place can do what the other cannot. */
import { Forbidden, InvalidInput, NotFound } from '../../domain/errors.ts';
import { type EnvironmentName, type Identity, ServiceName } from '../../domain/ids.ts';
import { access } from '../../domain/roles.ts';
import { Service } from '../../domain/service.ts';
import { closest } from '../../contracts/manifest/suggest.ts';
import type { Ports } from '../../ports/index.ts';
import { rulesFor } from '../authorize.ts';
import { services } from '../look.ts';
import { read } from '../state/documents.ts';
import { serviceKey, slackMemberKey } from '../state/keys.ts';
import { LinkedMember } from './link-member.ts';

type MemberNeeds = Pick<Ports, 'store' | 'environments'>;

/** As environments.yaml says, or else as they have shown themselves (`slipway slack connect --me`). @throws Forbidden for a member whom nobody knows */
export async function identityOf(needs: MemberNeeds, member: string): Promise<Identity> {
  const { people } = await needs.environments.read();
  const identity = people.find((known) => known.slack === member)?.name ?? (await read(needs.store, LinkedMember, slackMemberKey(member)))?.value.identity;
  if (identity === undefined) throw new Forbidden(`The Slack member ${member} is nobody here. Run "slipway slack connect --me", or have them added under "people" in environments.yaml.`);
  return identity;
}

/** Whether they may look at services of this team, in this environment or in any. */
export async function sightOf(needs: MemberNeeds, by: Identity): Promise<(team: string, environment?: string) => boolean> {
  const rules = await rulesFor(needs, by);
  return (team, environment) => access(rules, by, 'view', { kind: 'place', team, environments: environment === undefined ? [] : [environment] }).allowed;
}

const meant = (word: string, names: readonly string[]): string => {
  const name = closest(word, names);
  return name === undefined ? '' : ` Did you mean ${name}?`;
};

/** The service that a word names, for somebody who may look at it. @throws InvalidInput, NotFound naming the one that was probably meant */
export async function serviceNamed(needs: MemberNeeds, by: Identity, word: string | undefined): Promise<Service> {
  if (word === undefined) throw new InvalidInput('Which service? Say its name after the command.');
  const sees = await sightOf(needs, by);
  const name = ServiceName.safeParse(word);
  const found = name.success ? await read(needs.store, Service, serviceKey(name.data)) : undefined;
  // What somebody may not look at is, for them, not there.
  if (found !== undefined && sees(found.value.team)) return found.value;
  const names = (await services(needs)()).filter(({ team }) => sees(team)).map((service) => service.name);
  throw new NotFound(`There is no service "${word.slice(0, 40)}".${meant(word, names)}`);
}

/** The environment that the first word names, and the words after it. A word that is nearly one is a slip, and never a comment. */
export async function environmentFirst(needs: Pick<Ports, 'environments'>, words: readonly string[]): Promise<{ environment: EnvironmentName | undefined; rest: readonly string[] }> {
  const names = (await needs.environments.read()).environments.map(({ name }) => name);
  const [first, ...rest] = words;
  const environment = names.find((name) => name === first);
  if (environment !== undefined) return { environment, rest };
  const near = first === undefined || words.length > 1 ? nearly(first, names) : closest(first, names);
  if (first !== undefined && near !== undefined) throw new InvalidInput(`There is no environment "${first.slice(0, 40)}". Did you mean ${near}?`);
  return { environment: undefined, rest: words };
}

/** Words of a comment are not held against the environments as strictly as a single word. */
const nearly = (word: string | undefined, names: readonly string[]): string | undefined => (word === undefined || word.length < 5 ? undefined : closest(word, names));

/** @throws InvalidInput naming the environments */
export async function environmentNeeded(needs: Pick<Ports, 'environments'>, words: readonly string[]): Promise<{ environment: EnvironmentName; rest: readonly string[] }> {
  const { environment, rest } = await environmentFirst(needs, words);
  if (environment !== undefined) return { environment, rest };
  const names = (await needs.environments.read()).environments.map(({ name }) => name);
  throw new InvalidInput(`${words[0] === undefined ? 'In which environment?' : `There is no environment "${words[0].slice(0, 40)}".`} There are: ${names.join(', ')}.`);
}
