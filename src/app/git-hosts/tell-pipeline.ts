/** Tells a git host how a pipeline goes. Told facts are written down, so that what is said again costs no call. */
import { createHash } from 'node:crypto';
import * as z from 'zod';
import { Deployment } from '../../domain/deployment.ts';
import type { GitHostEntry } from '../../domain/git-host-entry.ts';
import { deploymentOf, statusOf, type HostDeployment } from '../../domain/host-facts.ts';
import { deploymentId, PipelineId } from '../../domain/ids.ts';
import { Pipeline } from '../../domain/pipeline.ts';
import type { GitHostApi } from '../../ports/git-hosts.ts';
import type { Ports } from '../../ports/index.ts';
import { pipelineTrace } from '../pipeline-trace.ts';
import { saidOrRefused, type Said } from '../said-or-refused.ts';
import type { CommitNeeds } from '../state/commit.ts';
import { expecting, findObserved, read, type Stored } from '../state/documents.ts';
import { deploymentKey, hostPlaceKey, pipelineKey, toldHostKey } from '../state/keys.ts';

export type TellPipelineNeeds = CommitNeeds & Pick<Ports, 'gitHosts' | 'settings'>;

/** What a pipeline's host was told: each fact by the hash of its words, and the host's own ids of deployments. */
const ToldHost = z.strictObject({ pipeline: PipelineId, facts: z.record(z.string(), z.string()), deployments: z.record(z.string(), z.string()) });
type ToldHost = z.infer<typeof ToldHost>;
/** The deployment that a place's host shows as the one that serves. */
const HostPlace = z.strictObject({ pipeline: PipelineId, shown: z.string() });

const TOLD_KEPT_SECONDS = 90 * 86_400;

/** Answers how many calls were made. @throws ProviderUnavailable, Conflict where another run tells of it at the same time */
export async function tellPipeline(needs: TellPipelineNeeds, entry: GitHostEntry, id: PipelineId): Promise<number> {
  const pipeline = (await read(needs.store, Pipeline, pipelineKey(id)))?.value;
  if (pipeline === undefined) return 0;
  const api = needs.gitHosts.api(entry);
  const { publicUrl } = needs.settings;
  let stored = await read(needs.store, ToldHost, toldHostKey(id));
  let calls = 0;
  const tell = async (fact: string, said: object, say: (told: ToldHost) => Promise<ToldHost>): Promise<boolean> => {
    const told: ToldHost = stored?.value ?? { pipeline: id, facts: {}, deployments: {} };
    const hash = createHash('sha256').update(JSON.stringify(said)).digest('hex').slice(0, 32);
    if (told.facts[fact] === hash) return false;
    const after = await saidOrRefused(needs, aboutPipeline(entry, pipeline), () => needs.traces.within(pipelineTrace(needs, id), `tell ${entry.host}`, () => say(told)));
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

async function deploymentsOf(needs: TellPipelineNeeds, pipeline: Pipeline): Promise<HostDeployment[]> {
  const facts = await Promise.all(pipeline.waves.flat().map(async (environment) => {
    const deployment = (await read(needs.store, Deployment, deploymentKey(deploymentId(pipeline.id, environment))))?.value;
    const observed = deployment === undefined ? undefined : await findObserved(needs.store, pipeline.service, environment);
    return deployment === undefined ? null : deploymentOf(pipeline, deployment, needs.settings.publicUrl, observed?.value.endpoint ?? null);
  }));
  return facts.filter((fact) => fact !== null);
}

const aboutPipeline = ({ host }: GitHostEntry, { id, repository, service }: Pipeline): Said => ({ host, repository: repository ?? '', service, pipeline: id, what: id });

/** On the host the deployment before is not the one that serves any more. */
async function replaced(needs: TellPipelineNeeds, api: GitHostApi, entry: GitHostEntry, pipeline: Pipeline, fact: HostDeployment, shownId: string): Promise<number> {
  const before = await read(needs.store, HostPlace, hostPlaceKey(fact.repository, fact.environment));
  if (before?.value.pipeline === pipeline.id) return 0;
  const older = before === undefined ? null : { ...fact, state: 'inactive' as const, description: `${pipeline.id} has taken its place`, environmentUrl: null };
  if (older !== null) await saidOrRefused(needs, aboutPipeline(entry, pipeline), async () => { await shown(api, older, before?.value.shown ?? null); return { pipeline: pipeline.id, facts: {}, deployments: {} }; });
  await needs.store.transact([{ kind: 'put', key: hostPlaceKey(fact.repository, fact.environment), value: { pipeline: pipeline.id, shown: shownId }, condition: expecting(before) }]);
  return older === null ? 0 : 1;
}

async function keep(needs: TellPipelineNeeds, stored: Stored<ToldHost> | undefined, value: ToldHost): Promise<Stored<ToldHost>> {
  const key = toldHostKey(value.pipeline);
  await needs.store.transact([{ kind: 'put', key, value, condition: expecting(stored), expiresAtSeconds: Math.floor(needs.clock.now() / 1000) + TOLD_KEPT_SECONDS }]);
  return { key, generation: (stored?.generation ?? 0) + 1, value };
}
