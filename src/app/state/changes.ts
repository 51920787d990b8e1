/** Which writes people want to hear of, by the item they write. */
import * as z from 'zod';
import type { CHANGED, Change } from '../../domain/change.ts';
import { EnvironmentName, PipelineId, ServiceName } from '../../domain/ids.ts';
import type { ItemKey, Write } from '../../ports/item-store.ts';

type What = (typeof CHANGED)[number];

/** What of an item's kind says what changed, by its partition and sort key as src/app/state/keys.ts makes them. */
function whatIs({ partition, sort }: ItemKey): What | undefined {
  const [kind = ''] = partition.split('#');
  switch (kind) {
    case 'services': return 'service';
    case 'service': return sort.startsWith('pipeline#') ? 'pipeline' : undefined;
    case 'deployment': return sort === 'deployment' ? 'deployment' : 'test';
    case 'approval': return 'approval';
    case 'desired': return 'desired';
    case 'observed': return 'observed';
    case 'alerts': return 'alert';
    case 'unshown-pull-requests': return 'pull-request';
    default: return undefined;
  }
}

const or = <S extends z.ZodType>(schema: S) => schema.nullable().catch(null);
/** The few fields that documents have in common; what a document has not is null. */
const Named = z.object({
  id: z.unknown().optional(), name: or(ServiceName), service: or(ServiceName), environment: or(EnvironmentName), pipeline: or(PipelineId), deployment: z.unknown().optional(),
  subject: z.object({ service: or(ServiceName), environment: or(EnvironmentName), deployment: z.unknown().optional() }).nullable().catch(null),
  status: z.object({ kind: z.string() }).nullable().catch(null), severity: z.string().nullable().catch(null),
});

/** What names the document among those of its kind, where the other fields of a change do not. */
function idIn(what: What, sort: string, id: unknown): string | null {
  if (what === 'alert' || what === 'pull-request') return sort;
  if (what === 'test') return sort.slice('test#'.length);
  return (what === 'deployment' || what === 'approval') && typeof id === 'string' ? id : null;
}

/** `<pipeline>-<environment>` -> the pipeline; null for anything else. */
const pipelineIn = (deployment: unknown): PipelineId | null => PipelineId.safeParse(typeof deployment === 'string' ? /^(.*-[1-9][0-9]{0,6})-[a-z][a-z0-9-]*$/.exec(deployment)?.[1] : undefined).data ?? null;

/** Undefined for what is nobody's news: leases, marks, outbox items, checks. */
export function changeOf(write: Write): Change | undefined {
  const what = write.kind === 'put' ? whatIs(write.key) : undefined;
  if (what === undefined || write.kind !== 'put') return undefined;
  const value = Named.safeParse(write.value).data;
  if (value === undefined) return undefined;
  const inDeployment = pipelineIn(what === 'test' ? write.key.partition.slice('deployment#'.length) : what === 'desired' ? value.deployment : value.subject?.deployment);
  const pipeline = what === 'pipeline' ? PipelineId.safeParse(value.id).data ?? null : value.pipeline ?? inDeployment;
  const ofPipeline = what === 'test' && pipeline !== null ? ServiceName.safeParse(pipeline.slice(0, pipeline.lastIndexOf('-'))).data ?? null : null;
  return { what, service: (what === 'service' ? value.name : value.service ?? value.subject?.service) ?? ofPipeline, environment: value.environment ?? value.subject?.environment ?? null, pipeline, status: value.status?.kind ?? value.severity, id: idIn(what, write.key.sort, value.id) };
}
