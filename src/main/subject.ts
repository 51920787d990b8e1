/** What a line of the log is about: ids only, so that all lines of one release or request can be found. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { DeliveryId, DeploymentId, EnvironmentName, PipelineId, RevisionId, ServiceName } from '../domain/ids.ts';

/** Ids by the name that they have in every line; and `function`, which wrote it. */
export type Subject = Readonly<Record<string, unknown>>;

const current = new AsyncLocalStorage<Subject>();

/** What the handler at work was called with. Empty outside of one. */
export const subject = (): Subject => current.getStore() ?? {};

/** Everything that `run` writes is about this, and about nothing else. */
export const about = <R>(one: Subject, run: () => R): R => current.run(one, run);

/** Fields of events that are ids or names, as they are written. */
const FIELDS = ['pipelineId', 'deploymentId', 'deliveryId', 'service', 'environment', 'stage', 'batch', 'verb', 'gate', 'revision'] as const;
/** Longer ones are no ids; an event may come from anywhere. */
const ID_CHARACTERS_MAX = 128;

/** The ids in a function's event: of the state machines, of a target's request, of an HTTP request's path. Never anything else of it. */
export function subjectOf(event: unknown): Subject {
  if (!isObject(event)) return {};
  const given = Object.fromEntries(FIELDS.map((field) => [field, event[field]]).filter(([, value]) => isId(value)));
  const launched = isObject(event['spec']) && isId(event['spec']['revision']) ? { revision: event['spec']['revision'] } : {};
  return withRelated({ ...given, ...launched, ...(typeof event['rawPath'] === 'string' ? subjectOfRequest(event['rawPath'], event['headers']) : {}) });
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null;
const isId = (value: unknown): boolean => typeof value === 'number' || (typeof value === 'string' && value.length <= ID_CHARACTERS_MAX);

/** A revision has the id of the deployment that placed it, which begins with its pipeline's. */
function withRelated(given: Subject): Subject {
  const revision = RevisionId.safeParse(given['revision']).data;
  const deployment = DeploymentId.safeParse(given['deploymentId'] ?? revision).data;
  if (deployment === undefined) return given;
  const pipeline = pipelineOf(deployment);
  return { ...given, deploymentId: deployment, ...(pipeline === undefined || 'pipelineId' in given ? {} : { pipelineId: pipeline }) };
}

/** Undefined where the names of a service and an environment leave it open which part is which: `app-1-x-2-eu` is one of two. */
export function pipelineOf(deployment: string): PipelineId | undefined {
  const found = [...deployment.matchAll(/-(?=[a-z])/g)].flatMap(({ index }) => {
    const pipeline = PipelineId.safeParse(deployment.slice(0, index)).data;
    return pipeline !== undefined && EnvironmentName.safeParse(deployment.slice(index + 1)).success ? [pipeline] : [];
  });
  return found.length === 1 ? found[0] : undefined;
}

/** Where each kind of id stands in a path of the API. */
const IN_PATHS = [
  ['pipelineId', PipelineId, /\/pipelines\/([^/]+)/], ['deploymentId', DeploymentId, /\/deployments\/([^/]+)/],
  ['service', ServiceName, /\/services\/([^/]+)/], ['environment', EnvironmentName, /\/environments\/([^/]+)/],
] as const;

/** In which header git hosts name a delivery (src/contracts/git-hosts); one that names it in the body is not read here. */
const DELIVERY_HEADERS = ['x-github-delivery', 'idempotency-key', 'x-gitlab-webhook-uuid', 'x-gitlab-event-uuid', 'x-forgejo-delivery', 'x-gitea-delivery', 'x-request-uuid', 'x-request-id'] as const;

function subjectOfRequest(path: string, headers: unknown): Subject {
  const named = Object.fromEntries(IN_PATHS.flatMap(([name, schema, pattern]) => {
    const id = schema.safeParse(pattern.exec(path)?.[1]).data;
    return id === undefined ? [] : [[name, id]];
  }));
  const host = /\/webhooks\/([a-z-]+)$/.exec(path)?.[1];
  if (host === undefined || !isObject(headers)) return named;
  const bare = DELIVERY_HEADERS.map((name) => headers[name]).find((value): value is string => typeof value === 'string')?.replace(/^\{(.*)\}$/, '$1');
  const delivery = DeliveryId.safeParse(bare === undefined ? undefined : `${host === 'github' ? '' : `${host}:`}${bare}`).data;
  return delivery === undefined ? named : { ...named, deliveryId: delivery };
}
