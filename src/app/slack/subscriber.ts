/** Slack as a subscriber of what changes: every pipeline that is touched is shown as it is now. */
import type { Change, ChangeEvent } from '../../domain/change.ts';
import { SlipwayError } from '../../domain/errors.ts';
import type { PipelineId } from '../../domain/ids.ts';
import type { Ports } from '../../ports/index.ts';
import type { Subscriber } from '../../ports/subscriber.ts';
import { pipelineTrace } from '../pipeline-trace.ts';
import { unfinishedPipelines } from '../start-pipeline.ts';
import { findDesired, getDeployment } from '../state/documents.ts';
import { showPipeline, type ShowNeeds } from './show-pipeline.ts';

/** Each waits its own turns, mostly. */
const AT_ONCE = 4;

export const slackSubscriber = (needs: ShowNeeds): Subscriber => ({
  name: 'slack',
  isWanted: async () => {
    const { slack } = await needs.environments.read();
    return slack !== undefined && (slack.channel !== undefined || Object.keys(slack.teams).length > 0 || Object.keys(slack.services).length > 0);
  },
  take: async (events) => {
    const pipelines = await touched(needs, events);
    const faults: unknown[] = [];
    const workers = Array.from({ length: AT_ONCE }, async (_, worker) => {
      for (let index = worker; index < pipelines.length; index += AT_ONCE) {
        const pipeline = pipelines[index] as PipelineId;
        await needs.traces.within(pipelineTrace(needs, pipeline), 'show in Slack', () => showPipeline(needs)(pipeline)).catch((error: unknown) => {
          // A pipeline that is not there any more has nothing to be shown.
          if (!(error instanceof SlipwayError && error.name === 'NotFound')) faults.push(error);
        });
      }
    });
    await Promise.all(workers);
    const [first] = faults;
    if (first !== undefined) throw first;
  },
});

/** The pipelines that these events are about, each once. */
async function touched(needs: Pick<Ports, 'store'>, events: readonly ChangeEvent[]): Promise<PipelineId[]> {
  const changes = distinct(events.flatMap((event) => event.changes));
  return [...new Set((await Promise.all(changes.map((change) => pipelinesOf(needs, change)))).flat())];
}

const distinct = (changes: readonly Change[]): Change[] => [...new Map(changes.map((change) => [`${change.pipeline ?? ''} ${change.what === 'alert' ? 'alert' : ''} ${change.service ?? ''} ${change.environment ?? ''}`, change])).values()];

async function pipelinesOf({ store }: Pick<Ports, 'store'>, { what, service, environment, pipeline }: Change): Promise<readonly PipelineId[]> {
  if (pipeline !== null) return [pipeline];
  if (service === null || what === 'service') return [];
  if (what === 'alert') return (await unfinishedPipelines({ store }, service)).map(({ value }) => value.id);
  const desired = environment === null ? undefined : await findDesired(store, service, environment);
  if (desired?.value.deployment == null) return [];
  return [(await getDeployment(store, desired.value.deployment)).value.pipeline];
}
