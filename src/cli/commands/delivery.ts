/** `slipway delivery`: one push that Slipway knows of. */
import { Delivery } from '../answers/installation.ts';
import { example, runs, type Host, type Session } from '../session.ts';
import { table } from '../text/cells.ts';
import { clockTime } from '../text/time.ts';

const pathOf = (id: string | undefined): string => `/v1/deliveries/${encodeURIComponent(id ?? '')}`;

export function addDelivery(host: Host): void {
  const delivery = host.program.command('delivery').summary('one push: show it, read it again').helpGroup('The installation:').description('One push, by the id that "slipway deliveries" lists.');
  example(delivery, 'slipway delivery show 72d3162e-cc78-11e3-81ab-4c9367dc0958');
  addShow(host, delivery);
  addReplay(host, delivery);
}

function addShow(host: Host, delivery: Host['program']): void {
  const command = delivery.command('show').description('Shows where a push came from and what became of it, service by service.').argument('<id>', 'the delivery');
  example(command, 'slipway delivery show 72d3162e-cc78-11e3-81ab-4c9367dc0958');
  runs(host, command, async (session, _options, id) => {
    const { value, raw } = await (await session.connect()).get(pathOf(id), Delivery);
    session.answer(raw, () => lines(session, value));
  });
}

function addReplay(host: Host, delivery: Host['program']): void {
  const command = delivery.command('replay').argument('<id>', 'the delivery')
    .description('Reads a push again, as a delivery of its own: after its repository was registered, or a fault of its host was mended. A commit that was released is not released again: that is "slipway deploy".');
  example(command, 'slipway delivery replay 72d3162e-cc78-11e3-81ab-4c9367dc0958');
  runs(host, command, async (session, _options, id) => {
    const { value, raw } = await (await session.connect()).post(`${pathOf(id)}/replay`, {}, Delivery);
    session.answer(raw, () => [`${value.id} reads ${value.after.slice(0, 10)} of ${value.repository} again. See what becomes of it: slipway delivery show ${value.id}`]);
  });
}

const FOUND = { webhook: 'told by the git host', sweep: 'found by the sweep: nobody had told of it', replay: 'read again by hand', registry: 'an image, told by its registry' } as const;

function lines({ style }: Session, { outcome, ...push }: Delivery): string[] {
  const facts = [
    ['delivery', push.id], ['repository', push.repository], ['branch or tag', push.ref], ['from', push.before], ['to', push.after], ['pusher', push.pusher ?? '-'], ['received', clockTime(push.receivedAt)],
    ['how', `${FOUND[push.foundBy as keyof typeof FOUND] ?? push.foundBy}${push.host === null ? '' : ` (${push.host})`}${push.replayOf === null ? '' : `, first as ${push.replayOf}`}`],
    ...(push.workflow === undefined ? [] : [['workflow', `run ${push.workflow.number} of ${push.workflow.file}: ${push.workflow.conclusion}`]]),
  ].map(([name = '', value = '']) => [style('quiet', name), value]);
  if (outcome.kind === 'pending') return [...table(facts), 'It is being read.'];
  return [...table(facts), ...outcome.admissions.map((admission) => admission.kind === 'admitted' ? `${style('good', admission.pipeline)} releases ${admission.service}` : `${style('warn', 'refused')}${admission.service === null ? '' : ` ${admission.service}`}: ${admission.reason}`)];
}
