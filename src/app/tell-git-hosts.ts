/** Tells git hosts how pipelines go: of those that changed now, and of those that waited since a host did not answer. Each host by itself. */
import type { ChangeEvent } from '../domain/change.ts';
import { hostNameOf } from '../domain/git-host.ts';
import type { GitHostEntry } from '../domain/git-host-entry.ts';
import type { PipelineId } from '../domain/ids.ts';
import { Pipeline } from '../domain/pipeline.ts';
import type { Ports } from '../ports/index.ts';
import type { Subscriber } from '../ports/subscriber.ts';
import { isAway, tellHost, type Telling, type ToldOfHost } from './git-hosts/tell-host.ts';
import type { TellPipelineNeeds } from './git-hosts/tell-pipeline.ts';
import { pipelineTelling, waitingPipelines } from './git-hosts/untold.ts';
import { relay, type Relayed, type RelayNeeds } from './relay.ts';
import { unshownPlans } from './show-plans.ts';
import { read } from './state/documents.ts';
import { pipelineKey } from './state/keys.ts';

export type TellNeeds = TellPipelineNeeds & Pick<Ports, 'environments'>;

/** One run, so that it ends within a function's time; what is left over waits in the store. */
const RUN_MS = 100_000;

export type GitHostsRun = Relayed & { readonly waited?: ToldOfHost };

/** One run: what changed, then what waits. A host that is down is tried again here, whether or not anything changes. */
export const runGitHosts = (needs: RelayNeeds & TellNeeds) => async (): Promise<GitHostsRun> => {
  const relayed = await relay(needs, tellGitHosts(needs))();
  return relayed.kind === 'off' || relayed.kind === 'busy' ? relayed : { ...relayed, waited: await tellWaiting(needs)() };
};

/** Told at once; a host that does not take it keeps nobody from being told, and is told later by `tellWaiting`. */
export const tellGitHosts = (needs: TellNeeds): Subscriber => {
  const until = needs.clock.now() + RUN_MS;
  return {
    name: 'git-hosts',
    isWanted: async () => (await needs.environments.read()).gitHosts.length > 0,
    async take(events) {
      const { gitHosts } = await needs.environments.read();
      const tellings = new Map<GitHostEntry, Telling[]>();
      for (const id of new Set(pipelinesIn(events))) {
        const pipeline = (await read(needs.store, Pipeline, pipelineKey(id)))?.value;
        const entry = pipeline?.repository == null ? undefined : gitHosts.find(({ host }) => host === hostNameOf(pipeline.repository ?? ''));
        if (entry !== undefined) tellings.set(entry, [...(tellings.get(entry) ?? []), pipelineTelling(needs, entry, id)]);
      }
      await besideEachOther([...tellings].map(([{ host }, those]) => tellHost(needs, host, those, until)));
    },
  };
};

/** What hosts could not be told before, and plans of pull requests. */
export const tellWaiting = (needs: TellNeeds) => async (): Promise<ToldOfHost> => {
  const until = needs.clock.now() + RUN_MS;
  const { gitHosts } = await needs.environments.read();
  const plans = await unshownPlans(needs);
  // Of hosts that are not named any more.
  for (const [host, those] of plans) if (gitHosts.every((entry) => entry.host !== host)) for (const plan of those) await plan.settle();
  const told = await besideEachOther(gitHosts.map(async (entry): Promise<ToldOfHost> => {
    if (await isAway(needs, entry.host)) return { calls: 0, left: 0 };
    return tellHost(needs, entry.host, [...(plans.get(entry.host) ?? []), ...await waitingPipelines(needs, entry)], until);
  }));
  return { calls: told.reduce((sum, { calls }) => sum + calls, 0), left: told.reduce((sum, { left }) => sum + left, 0) };
};

const pipelinesIn = (events: readonly ChangeEvent[]): PipelineId[] =>
  events.flatMap(({ changes }) => changes.flatMap(({ what, pipeline }) => ((what === 'pipeline' || what === 'deployment') && pipeline !== null ? [pipeline] : [])));

/** All of them to their end, also where one fails. @throws the first failure then */
async function besideEachOther<T>(all: readonly Promise<T>[]): Promise<T[]> {
  const settled = await Promise.allSettled(all);
  return settled.map((one) => {
    if (one.status === 'rejected') throw one.reason;
    return one.value;
  });
}
