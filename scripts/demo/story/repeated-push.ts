/** Step 6: a push that is delivered again changes nothing, and a tag is refused with its reason. */
import { admissionsOf } from '../follow.ts';
import { statuses } from '../places.ts';
import type { Stage } from '../stage.ts';
import { deliver, type SentDelivery } from '../webhook.ts';

export async function repeatedPush(stage: Stage): Promise<void> {
  const { checks, story, installation } = stage;
  const { shop } = stage.repositories;
  checks.step('6  The same push again, and a tag');
  const before = await pipelines(stage);
  const last = shop.deliveries().at(-1);
  if (last === undefined) throw new Error('nothing was pushed');
  const again = await deliver(installation.home, last);
  story.line(`the same delivery again: ${again.kind}. ${again.reason}`);
  checks.that('a delivery that came before is known', again.kind === 'duplicate', again.kind);
  const other: SentDelivery = { ...last, id: `${last.id}-by-hand` };
  await deliver(installation.home, other);
  const admissions = await admissionsOf(stage, other);
  const reason = admissions.find(({ service }) => service === 'catalog')?.reason ?? '';
  story.line(`the same push under another delivery id: ${reason}`);
  checks.that('a commit that was released is refused, with how to retry', admissions.every(({ kind }) => kind === 'refused') && reason.includes('slipway deploy catalog'), `${admissions.length} refusals`);
  const said = await shop.pushTag('v1.0.0');
  story.line('git push of the tag v1.0.0');
  story.quote(said);
  const tag = await admissionsOf(stage, shop.deliveries().at(-1));
  checks.that('a tag is refused with its reason', tag.length === 1 && tag[0]?.kind === 'refused' && /is a tag/.test(tag[0].reason ?? ''), tag[0]?.reason ?? 'no reason');
  const after = await pipelines(stage);
  checks.that('no pipeline has started', before === after, after);
}

/** How many pipelines each service has had. */
async function pipelines(stage: Stage): Promise<string> {
  return (await statuses(stage)).map(({ service }) => `${service.name} ${service.pipelines}`).sort().join(', ');
}
