/** Connecting Slack: who the caller is there. */
import { mustBeFresh } from '../app/sessions/fresh.ts';
import { makeSlackLink, membersOf } from '../app/slack/link-member.ts';
import * as operations from '../contracts/api/slack.ts';
import { anywhere } from './access.ts';
import { bind } from './serve.ts';

export const slackBindings = [
  bind(operations.makeSlackLink, anywhere, async (ports, { by, holder }) => {
    mustBeFresh(holder, ports.clock.now(), 'A member of Slack who is linked to you stays so');
    return { value: await makeSlackLink(ports)(by) };
  }),
  bind(operations.readSlackMembers, anywhere, async (ports, { by }) => ({ value: { identity: by, members: [...await membersOf(ports)(by)] } })),
];
