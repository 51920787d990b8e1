/** Tells git hosts how pipelines go. Told facts are written down, so that events that come again, or together, cost no call. */
import { createHash } from 'node:crypto';
import * as z from 'zod';
import type { ChangeEvent } from '../domain/change.ts';
import { Deployment } from '../domain/deployment.ts';
import { ProviderUnavailable, SlipwayError } from '../domain/errors.ts';
import { hostNameOf } from '../domain/git-host.ts';
import type { GitHostEntry } from '../domain/git-host-entry.ts';
import { deploymentOf, statusOf, type HostDeployment } from '../domain/host-facts.ts';
import { deploymentId, PipelineId } from '../domain/ids.ts';
import { Pipeline } from '../domain/pipeline.ts';
import type { GitHostApi } from '../ports/git-hosts.ts';
import type { Ports } from '../ports/index.ts';
import type { Subscriber } from '../ports/subscriber.ts';
import { saidOrRefused, type Said } from './said-or-refused.ts';
import { showPlans } from './show-plans.ts';
import type { CommitNeeds } from './state/commit.ts';
import { creating, expecting, findObserved, list, read, type Stored } from './state/documents.ts';
import { deploymentKey, hostPlaceKey, pipelineKey, toldHostKey, untoldHostKey } from './state/keys.ts';

export type TellNeeds = CommitNeeds & Pick<Ports, 'environments' | 'gitHosts' | 'settings'>;

/** What a pipeline's host was told: each fact by the hash of its words, and the host's own ids of deployments. */
const ToldHost = z.strictObject({ pipeline: PipelineId, facts: z.record(z.string(), z.string()), deployments: z.record(z.string(), z.string()) });
type ToldHost = z.infer<typeof ToldHost>;
/** The deployment that a place's host shows as the one that serves. */
const HostPlace = z.strictObject({ pipeline: PipelineId, shown: z.string() });
const Untold = z.strictObject({ pipeline: PipelineId });

const TOLD_KEPT_SECONDS = 90 * 86_400;
/** One run; what is left over comes again. */
const RUN_MS = 100_000;
const UNTOLD_MAX = 100;

export const tellGitHosts = (needs: TellNeeds): Subscriber => ({
  name: 'git-hosts',
  isWanted: async () => (await needs.environments.read()).gitHosts.length > 0,
  async take(events) {
    const { gitHosts } = await needs.environments.read();
    const left = (await list(needs.store, Untold, untoldHostKey('' as PipelineId).partition, '', UNTOLD_MAX)).map(({ value }) => value.pipeline);
    const begunAt = needs.clock.now();
    const plans = await showPlans(needs);
    const faults = [...plans.faults];
    let told = plans.shown;
    for (const pipeline of new Set([...pipelinesIn(events), ...left])) {
      if (needs.clock.now() - begunAt > RUN_MS) throw new ProviderUnavailable('There is more to tell git hosts than fits into one run. The rest comes in the next.');
      try {
        told += await tellOf(needs, gitHosts, pipeline);
        if (left.includes(pipeline)) await settled(needs, pipeline);
      } catch (error) {
        if (!(error instanceof SlipwayError) || error.retry !== 'retryable') throw error;
        faults.push(error instanceof ProviderUnavailable ? error : new ProviderUnavailable(error.message, {}, { cause: error }));
        await untold(needs, pipeline);
      }
    }
    // While one host takes what it is told, another that is down waits in the store, and is told with the next change.
    if (faults[0] !== undefined && told === 0) throw faults[0];
  },
});

const pipelinesIn = (events: readonly ChangeEvent[]): PipelineId[] =>
  events.flatMap(({ changes }) => changes.flatMap(({ what, pipeline }) => ((what === 'pipeline' || what === 'deployment') && pipeline !== null ? [pipeline] : [])));

/** Answers how many calls were made. */
async function tellOf(needs: TellNeeds, entries: readonly GitHostEntry[], id: PipelineId): Promise<number> {
  const pipeline = (await read(needs.store, Pipeline, pipelineKey(id)))?.value;
  const entry = pipeline?.repository == null ? undefined : entries.find(({ host }) => host === hostNameOf(pipeline.repository ?? ''));
  if (pipeline === undefined || entry === undefined) return 0;
  const api = needs.gitHosts.api(entry);
  const { publicUrl } = needs.settings;
  let stored = await read(needs.store, ToldHost, toldHostKey(id));
  let calls = 0;
  const tell = async (fact: string, said: object, say: (told: ToldHost) => Promise<ToldHost>): Promise<boolean> => {
    const told: ToldHost = stored?.value ?? { pipeline: id, facts: {}, deployments: {} };
    const hash = createHash('sha256').update(JSON.stringify(said)).digest('hex').slice(0, 32);
    if (told.facts[fact] === hash) return false;
    const after = await saidOrRefused(needs, aboutPipeline(entry, pipeline), () => say(told));
    calls += 1;
    stored = await keep(needs, stored, { ...(after ?? told), facts: { ...told.facts, [fact]: hash } });
    return after !== null;
  };
  const status = entry.statuses ? statusOf(pipeline, publicUrl) : null;
  if (status !== null) await tell('status', status, async (told) => { await api.status(status); return told; });
  for (const fact of entry.deployments && api.deployment !== null ? await deploymentsOf(needs, pipeline) : []) {
    const isTold = await tell(`deployment ${fact.deployment}`, fact, async (told) => ({ ...told, deployments: { ...told.deployments, [fact.deployment]: await shown(api, fact, told.deployments[fact.deployment] ?? null) } }));
    if (isTold && fact.state === 'success') calls += await replaced(needs, api, entry, pipeline, fact, stored?.value.deployments[fact.deployment] ?? '');
  }
  return calls;
}

const shown = (api: GitHostApi, fact: HostDeployment, known: string | null): Promise<string> => api.deployment?.(fact, known) ?? Promise.resolve('');

async function deploymentsOf(needs: TellNeeds, pipeline: Pipeline): Promise<HostDeployment[]> {
  const facts = await Promise.all(pipeline.waves.flat().map(async (environment) => {
    const deployment = (await read(needs.store, Deployment, deploymentKey(deploymentId(pipeline.id, environment))))?.value;
    const observed = deployment === undefined ? undefined : await findObserved(needs.store, pipeline.service, environment);
    return deployment === undefined ? null : deploymentOf(pipeline, deployment, needs.settings.publicUrl, observed?.value.endpoint ?? null);
  }));
  return facts.filter((fact) => fact !== null);
}

const aboutPipeline = ({ host }: GitHostEntry, { id, repository, service }: Pipeline): Said => ({ host, repository: repository ?? '', service, pipeline: id, what: id });

/** On the host the deployment before is not the one that serves any more. */
async function replaced(needs: TellNeeds, api: GitHostApi, entry: GitHostEntry, pipeline: Pipeline, fact: HostDeployment, shownId: string): Promise<number> {
  const before = await read(needs.store, HostPlace, hostPlaceKey(fact.repository, fact.environment));
  if (before?.value.pipeline === pipeline.id) return 0;
  const older = before === undefined ? null : { ...fact, state: 'inactive' as const, description: `${pipeline.id} has taken its place`, environmentUrl: null };
  if (older !== null) await saidOrRefused(needs, aboutPipeline(entry, pipeline), async () => { await shown(api, older, before?.value.shown ?? null); return { pipeline: pipeline.id, facts: {}, deployments: {} }; });
  await needs.store.transact([{ kind: 'put', key: hostPlaceKey(fact.repository, fact.environment), value: { pipeline: pipeline.id, shown: shownId }, condition: expecting(before) }]);
  return older === null ? 0 : 1;
}

async function keep(needs: TellNeeds, stored: Stored<ToldHost> | undefined, value: ToldHost): Promise<Stored<ToldHost>> {
  const key = toldHostKey(value.pipeline);
  await needs.store.transact([{ kind: 'put', key, value, condition: expecting(stored), expiresAtSeconds: Math.floor(needs.clock.now() / 1000) + TOLD_KEPT_SECONDS }]);
  return { key, generation: (stored?.generation ?? 0) + 1, value };
}

const untold = (needs: TellNeeds, pipeline: PipelineId): Promise<void> =>
  needs.store.transact([creating(untoldHostKey(pipeline), { pipeline }, Math.floor(needs.clock.now() / 1000) + TOLD_KEPT_SECONDS)]).catch(ifWritten);

async function settled(needs: TellNeeds, pipeline: PipelineId): Promise<void> {
  const known = await needs.store.get(untoldHostKey(pipeline));
  if (known !== undefined) await needs.store.transact([{ kind: 'delete', key: untoldHostKey(pipeline), condition: { generation: known.generation } }]).catch(ifWritten);
}

/** It stands there already. */
function ifWritten(error: unknown): void {
  if (!(error instanceof SlipwayError && error.name === 'Conflict')) throw error;
}
