/** One revision as an instance: healthy when each of its functions has its version, its warmth and, with traffic, its function's settings. */
import type { FunctionConfiguration } from '@aws-sdk/client-lambda';
import { InstanceId, type RevisionId } from '../../domain/ids.ts';
import type { Weights } from '../../domain/route.ts';
import type { ObservedInstance } from '../../domain/state.ts';
import { describeChange, sourceChanges, sourcesOf } from './event-sources.ts';
import { aliasNamed, lookAtVersion, placedOn, warmthOf, type Lambda, type Placed, type SeenFunction, type SeenService } from './look.ts';
import { revisionMarked } from './marks.ts';
import type { ServicePlan } from './settings.ts';
import { sameConfiguration, TRIES_MAX, triesOf } from './wanted.ts';

/** Lambda spreads a function over the zones of its region by itself. */
export const ZONE = 'regional';

export const instanceOf = (revision: RevisionId): InstanceId => InstanceId.parse(revision);

/** What is wrong with a function of the revision, or that it is not ready yet. */
interface Finding {
  readonly problem: string | null;
  readonly starting: boolean;
}

const fine: Finding = { problem: null, starting: false };
const wrong = (problem: string): Finding => ({ problem, starting: false });

/** The revisions that are there, in their order by name, each as one instance. */
export async function instancesOf(lambda: Lambda, seen: SeenService, service: ServicePlan, inForce: Weights): Promise<ObservedInstance[]> {
  const revisions = [...new Set(seen.functions.flatMap((one) => placedOn(one).map(({ revision }) => revision)))].sort();
  return Promise.all(revisions.map((revision) => instance(lambda, seen, service, revision, (inForce[revision] ?? 0) > 0)));
}

async function instance(lambda: Lambda, seen: SeenService, service: ServicePlan, revision: RevisionId, serves: boolean): Promise<ObservedInstance> {
  const placed = seen.functions.flatMap((on) => placedOn(on).filter((one) => one.revision === revision).map((one) => ({ on, one })));
  const keys = [...new Set(placed.flatMap(({ one }) => one.mark?.functions ?? []))];
  const missing = keys.filter((key) => !placed.some(({ on }) => on.key === key)).map((key) => wrong(`its function ${key} is not published`));
  const looked = await Promise.all(placed.map(async ({ on, one }) => {
    const version = await lookAtVersion(lambda, on.name, one.alias.version);
    return { on, version, finding: await findingOf(lambda, on, one, version, service, serves) };
  }));
  const findings = [...missing, ...looked.map(({ finding }) => finding)];
  const problems = findings.flatMap(({ problem }) => problem ?? []);
  const [first] = looked;
  return {
    instance: instanceOf(revision), revision, zone: ZONE,
    health: problems.length > 0 ? 'unhealthy' : findings.some(({ starting }) => starting) ? 'starting' : 'healthy',
    startedAt: Math.max(0, ...looked.map(({ version }) => Date.parse(version?.LastModified ?? '')).filter((at) => Number.isFinite(at))),
    relaunches: 0, address: first === undefined ? null : `${first.on.name}:${revision}`, problem: problems.length > 0 ? problems.join('; ') : null, quarantined: problems.length > 0 && placed.some(({ on }) => revisionMarked(on.latest.Description) === revision && triesOf(on.latest) >= TRIES_MAX),
  };
}

async function findingOf(lambda: Lambda, on: SeenFunction, { revision, mark, alias }: Placed, version: FunctionConfiguration | null, service: ServicePlan, serves: boolean): Promise<Finding> {
  if (version === null) return wrong(`version ${alias.version} of ${on.name} is gone`);
  if (mark === null || revisionMarked(version.Description) !== revision || version.CodeSha256 !== mark.code) return wrong(`the code behind ${on.name}:${revision} is not the revision's`);
  if (Object.keys(alias.others).length > 0) return wrong(`${on.name}:${revision} leads to more than the revision's own version`);
  if (version.State === 'Failed') return wrong(`${on.name} cannot run: ${version.StateReason ?? 'Lambda gives no reason'}`);
  const changed = byHand(on, revision, version) ?? (serves ? await ofFunction(lambda, on, service) : null);
  if (changed !== null) return wrong(changed);
  return version.State === 'Pending' ? { problem: null, starting: true } : warmth(lambda, on, alias.version, mark.warm);
}

/** $LATEST is what the next version is made of; one that was made for the revision is still as its version is. */
function byHand({ latest, name }: SeenFunction, revision: RevisionId, version: FunctionConfiguration): string | null {
  if (revisionMarked(latest.Description) !== revision) return null;
  if (latest.CodeSha256 !== version.CodeSha256) return `the code of ${name} was changed by hand`;
  return sameConfiguration(latest, version) ? null : `the configuration of ${name} was changed by hand`;
}

async function ofFunction(lambda: Lambda, on: SeenFunction, service: ServicePlan): Promise<string | null> {
  const plan = service.functions.find(({ key }) => key === on.key);
  if (plan === undefined) return null;
  if (on.reserved !== plan.reserved) return `the reserved concurrency of ${on.name} is ${on.reserved ?? 'none'} instead of ${plan.reserved ?? 'none'}`;
  // Most functions have no event sources: one call less for each of them, at 15 a second for everything.
  if (plan.eventSources.length === 0 || aliasNamed(on, service.alias) === undefined) return null;
  const [change] = sourceChanges(await sourcesOf(lambda, on.name, service.alias), plan.eventSources);
  return change === undefined ? null : `${on.name}: ${describeChange(change)}`;
}

async function warmth(lambda: Lambda, { name }: SeenFunction, version: string, wanted: number): Promise<Finding> {
  if (wanted === 0) return fine;
  const there = (await warmthOf(lambda, name)).get(version);
  if (there === undefined || there.wanted !== wanted) return wrong(`the provisioned concurrency of ${name} is ${there?.wanted ?? 0} instead of ${wanted}`);
  if (there.status === 'FAILED') return wrong(`the provisioned concurrency of ${name} failed: ${there.reason ?? 'Lambda gives no reason'}`);
  return { problem: null, starting: there.status === 'IN_PROGRESS' };
}
