/** Who is told of what, and what became of it. */
import { demandNotice, resend, testRule } from '../app/notify/resend.ts';
import { noticesPart, shownNotice, shownRules } from '../app/notify/show.ts';
import * as operations from '../contracts/api/notifications.ts';
import { Forbidden } from '../domain/errors.ts';
import type { Notification } from '../domain/notification/notification.ts';
import { anywhere, filtered, installation, teams } from './access.ts';
import { bind } from './serve.ts';

/** What is about no service is about the installation, and everybody's. */
const isSeen = (teamOf: ReturnType<typeof teams>, sees: (team: string, environment?: string) => boolean) => async ({ notification: { service, environment } }: { readonly notification: Pick<Notification, 'service' | 'environment'> }): Promise<boolean> =>
  service === null || sees(await teamOf(service), environment ?? undefined);

export const notificationBindings = [
  bind(operations.listNotificationRules, anywhere, async (ports) => ({ value: await shownRules(ports)() })),
  bind(operations.testNotificationRule, installation, async (ports, { params, by }) => ({ value: (await testRule(ports)({ rule: params.rule, by })).map(shownNotice) })),
  bind(operations.listNotices, anywhere, async (ports, { query: { rule, status, ...page }, sees }) => {
    const { items, next } = await noticesPart(ports)(page, { rule, status });
    return { value: await filtered(items, isSeen(teams(ports), sees)), next };
  }),
  bind(operations.readNotice, anywhere, async (ports, { params, sees }) => {
    const notice = (await demandNotice(ports, params.notice)).value;
    if (!(await isSeen(teams(ports), sees)(notice))) throw new Forbidden('This notice is about a service that you may not look at. Ask its team, or the owner, for the role viewer.');
    return { value: shownNotice(notice) };
  }),
  bind(operations.resendNotice, installation, async (ports, { params, by }) => ({ value: shownNotice(await resend(ports)({ id: params.notice, by })) })),
];
