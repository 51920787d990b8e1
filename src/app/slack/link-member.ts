/** Links a member of Slack to somebody here. Both ends are shown: who asks for the code by their token, who types it by Slack's signature. */
import * as z from 'zod';
import { code as shownAsCode } from '../../contracts/slack/blocks.ts';
import { Forbidden, InvalidInput, SlipwayError } from '../../domain/errors.ts';
import { Identity } from '../../domain/ids.ts';
import type { Ports } from '../../ports/index.ts';
import type { SlackMessage } from '../../ports/slack-messages.ts';
import { recordWrite } from '../sessions/records.ts';
import { hashOf } from '../sessions/token-hash.ts';
import { creating, expecting, list, read } from '../state/documents.ts';
import { SLACK_MEMBERS, slackLinkKey, slackMemberKey } from '../state/keys.ts';

export const LINK_MINUTES = 10;
const CODE_CHARACTERS = 12;
const MEMBERS_MAX = 10_000;

export const LinkedMember = z.strictObject({ member: z.string(), identity: Identity, at: z.number() });
const Link = z.strictObject({ identity: Identity, expiresAt: z.number() });

/** 62 bits, once, for ten minutes, and only by a request that Slack has signed. */
export const makeSlackLink = (needs: Pick<Ports, 'store' | 'clock' | 'ids'>) => async (identity: Identity): Promise<{ code: string; expiresAt: number }> => {
  const code = needs.ids.next().slice(0, CODE_CHARACTERS);
  const expiresAt = needs.clock.now() + LINK_MINUTES * 60_000;
  await needs.store.transact([creating(slackLinkKey(hashOf(code)), { identity, expiresAt }, Math.ceil(expiresAt / 1000))]);
  return { code, expiresAt };
};

type LinkNeeds = Pick<Ports, 'store' | 'clock' | 'ids' | 'environments'>;

/** `/slipway link CODE`. Whom environments.yaml names stays who they are. @throws Forbidden, InvalidInput */
export async function linkAnswer(needs: LinkNeeds, member: string, words: readonly string[]): Promise<SlackMessage> {
  const [code, ...more] = words;
  if (code === undefined || more.length > 0) throw new InvalidInput('Say the code that "slipway slack connect --me" printed: /slipway link CODE');
  const listed = (await needs.environments.read()).people.find(({ slack }) => slack === member);
  if (listed !== undefined) throw new Forbidden(`You are ${listed.name} here already: environments.yaml says so.`);
  const link = await read(needs.store, Link, slackLinkKey(hashOf(code)));
  if (link === undefined || link.value.expiresAt <= needs.clock.now()) throw usedOrOld();
  const { identity } = link.value;
  const before = await read(needs.store, LinkedMember, slackMemberKey(member));
  try {
    await needs.store.transact([
      { kind: 'delete', key: link.key, condition: { generation: link.generation } },
      { kind: 'put', key: slackMemberKey(member), value: { member, identity, at: needs.clock.now() }, condition: expecting(before) },
      recordWrite(needs, { event: 'slack-linked', identity, why: member }),
    ]);
  } catch (error) {
    throw error instanceof SlipwayError && error.name === 'Conflict' ? usedOrOld() : error;
  }
  return { text: `You are ${shownAsCode(identity)} here from now on.` };
}

const usedOrOld = () => new InvalidInput('This code was used already, or is too old. Run "slipway slack connect --me" again.');

const linkedTo = async ({ store }: Pick<Ports, 'store'>, identity: Identity) => (await list(store, LinkedMember, SLACK_MEMBERS, '', MEMBERS_MAX)).filter(({ value }) => value.identity === identity);

/** The member ids of somebody, by environments.yaml and by what they have shown. */
export const membersOf = (needs: Pick<Ports, 'store' | 'environments'>) => async (identity: Identity): Promise<readonly string[]> => {
  const listed = (await needs.environments.read()).people.flatMap(({ name, slack }) => (name === identity && slack !== undefined ? [slack] : []));
  return [...new Set([...listed, ...(await linkedTo(needs, identity)).map(({ value }) => value.member)])];
};

/** Whose tokens are taken away is nobody in Slack by them either. Answers how many there were. */
export const unlinkMembers = (needs: Pick<Ports, 'store'>) => async (identity: Identity): Promise<number> => {
  const linked = await linkedTo(needs, identity);
  for (const { key, generation } of linked) await needs.store.transact([{ kind: 'delete', key, condition: { generation } }]);
  return linked.length;
};
