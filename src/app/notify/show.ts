/** Rules, recipients and notices as people look at them: without what may be a key in an address. */
import type { ShownNotice, ShownRule } from '../../contracts/api/notifications.ts';
import { Notice, type NoticeStatus, Recipient, recipientOf } from '../../domain/notification/notice.ts';
import { describeChannel } from '../../domain/notification/rule.ts';
import type { Ports } from '../../ports/index.ts';
import { type PageInput, type Part, partOf } from '../lists.ts';
import { read } from '../state/documents.ts';
import { recipientKey } from '../state/keys.ts';

export const shownNotice = ({ channel, ...notice }: Notice): ShownNotice => ({ ...notice, kind: channel.kind, describes: describeChannel(channel) });

export const shownRules = (needs: Pick<Ports, 'store' | 'environments'>) => async (): Promise<ShownRule[]> => {
  const { rules } = (await needs.environments.read()).notifications;
  return Promise.all(rules.map(async ({ to, ...rule }) => ({
    ...rule,
    to: await Promise.all(to.map(async (channel) => {
      const recipient = recipientOf(channel);
      const known = await read(needs.store, Recipient, recipientKey(recipient));
      return { kind: channel.kind, ...(known?.value ?? { recipient, describes: describeChannel(channel), trouble: null, disabled: null, deliveredAt: null }) };
    })),
  })));
};

export interface NoticeFilter {
  readonly rule?: string | undefined;
  readonly status?: NoticeStatus['kind'] | undefined;
}

/** Newest first. A part may hold fewer than asked for, as others do not fit the filter. */
export const noticesPart = (needs: Pick<Ports, 'store'>) => async (page: PageInput, filter: NoticeFilter): Promise<Part<ShownNotice>> => {
  const { items, next } = await partOf(needs, Notice, 'notices', '', page, 'descending');
  return { items: items.filter(({ rule, status }) => (filter.rule === undefined || rule === filter.rule) && (filter.status === undefined || status.kind === filter.status)).map(shownNotice), next };
};
