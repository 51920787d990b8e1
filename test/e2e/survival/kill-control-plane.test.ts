/** kill -9 of the control plane again and again, at seeded transitions, while pipelines run and requests come in. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { AuditEntry } from '../../../src/app/state/desire.ts';
import type { Pipeline } from '../../../src/domain/pipeline.ts';
import { program, serviceFiles } from '../rig/example-service.ts';
import { faultsOf, readJournal } from '../rig/journal.ts';
import { startLoad, type Load } from '../rig/load.ts';
import { eventually, PATIENCE_MS } from '../rig/patience.ts';
import { createRepository, type Pushed, type Repository } from '../rig/repository.ts';
import { seeded } from '../rig/seeded.ts';
import { Mortal } from './mortal.ts';

const KILLS = Number(process.env['SLIPWAY_KILLS'] ?? 200);
const SEED = Number(process.env['SLIPWAY_KILL_SEED'] ?? 20_261);
/** One pipeline takes this long at most while it is interrupted all the time. */
const PIPELINE_MS = 240_000;
/** Lenient, so that a machine under load makes no instance unhealthy: here only the control plane dies. */
const HEALTH = { path: '/health', interval: '300ms', timeout: '5s', failures: 10, startWithin: '60s' };

type Ending = Pipeline['status']['kind'];

/** Whatever is asked of a control plane that may be dead is asked again until it is answered. */
const insist = <T>(what: string, ask: () => Promise<T>, patienceMs = PATIENCE_MS): Promise<T> => eventually(what, async () => ({ answer: await ask() }), patienceMs).then(({ answer }) => answer);

describe(`the control plane killed ${KILLS} times`, () => {
  const at = new Mortal();
  const deliveries: string[] = [];
  const endings: { id: string; status: Pipeline['status']; wanted: readonly Ending[]; evidence: unknown }[] = [];
  const loads: Load[] = [];
  beforeAll(() => at.start(), 120_000);
  afterAll(async () => {
    await Promise.all(loads.map((load) => load.stop()));
    await at.close();
  }, 120_000);

  const register = async (name: string): Promise<Repository> => {
    const repository = createRepository(at.folder, name);
    repository.write(serviceFiles(name, { health: HEALTH }));
    await insist('registered', () => at.client.post('/v1/repositories', { url: repository.url }));
    return repository;
  };
  /** The same delivery again until it is acknowledged, as a git host would. */
  const deliver = async (repository: Repository, push: Pushed): Promise<string> => {
    const delivery = `delivery-${push.after}`;
    const { status } = await insist('acknowledged', () => at.client.webhook(repository, push, { delivery }));
    expect(status).toBeLessThan(300);
    deliveries.push(delivery);
    const { admitted } = await insist('decided', () => at.client.decided(delivery), PIPELINE_MS);
    expect(admitted).toHaveLength(1);
    return admitted[0] ?? '';
  };
  const follow = async (id: string, ...wanted: Ending[]): Promise<void> => {
    const { status } = await insist(`${id} is over`, () => at.client.approvedToTheEnd(id, 5000), PIPELINE_MS);
    const evidence = (await insist('its evidence', () => at.client.pipeline(id))).deployments.flatMap(({ deployment }) => deployment.holds.map((hold) => hold.verdict?.evidence.candidate));
    endings.push({ id, status, wanted, evidence });
  };

  it('goes on where it was, each time: no finished state runs again, no instance is restarted, nothing acknowledged is lost', async () => {
    const killing = at.killUntil(KILLS, seeded(SEED));
    const [steady, changing] = [await register('steady'), await register('changing')];
    await Promise.all([follow(await deliver(steady, steady.push('first')), 'succeeded'), follow(await deliver(changing, changing.push('first')), 'succeeded')]);
    expect(unwanted(endings)).toEqual([]);
    for (const service of ['steady', 'changing']) loads.push(startLoad(await insist('an address', () => at.client.endpoint(service))));
    const release = (repository: Repository, service: string, says: string, failOneIn = 0) => {
      repository.write({ [`${service}/server.js`]: program({ says, failOneIn }) });
      return deliver(repository, repository.push(says));
    };
    const good = async (): Promise<void> => {
      for (let turn = 0; turn === 0 || at.kills < KILLS; turn += 1) await follow(await release(steady, 'steady', `good${'x'.repeat(turn % 7)}`), 'succeeded');
    };
    const mixed = async (): Promise<void> => {
      for (let turn = 0; turn < 2 || at.kills < KILLS; turn += 1) {
        if (turn % 3 === 0) await follow(await release(changing, 'changing', `bad${turn}`, 2), 'failed');
        else if (turn % 3 === 1) await follow(await release(changing, 'changing', `fine${turn}`), 'succeeded');
        else {
          const older = await release(changing, 'changing', `older${turn}`);
          const newer = await release(changing, 'changing', `newer${turn}`);
          await follow(newer, 'succeeded');
          await follow(older, 'superseded', 'succeeded');
        }
      }
    };
    await Promise.all([good(), mixed()]);
    await killing;
    const [load] = loads;
    await Promise.all(loads.map((each) => each.stop()));

    expect(at.kills).toBe(KILLS);
    expect(at.deaths).toEqual([]);
    expect(unwanted(endings)).toEqual([]);
    expect({ failures: load?.failures, some: (load?.total ?? 0) > 0 }).toEqual({ failures: [], some: true });
    const outcomes = new Map((await at.client.deliveries()).map((delivery) => [delivery.id as string, delivery.outcome.kind]));
    expect(deliveries.filter((delivery) => outcomes.get(delivery) !== 'decided')).toEqual([]);
    for (const service of ['steady', 'changing']) {
      const { desired, observed } = await at.client.place(service, 'production');
      expect({ deployment: desired.deployment, weights: observed.weights }).toEqual({ deployment: null, weights: { [desired.stable ?? '']: 100 } });
      // Each batch was written into the desired state once, however often its state was interrupted.
      const reasons = (await at.client.get<AuditEntry[]>(`/v1/services/${service}/environments/production/audit?limit=1000`)).map((entry) => entry.why);
      expect(reasons.filter((reason, index) => reasons.indexOf(reason) !== index)).toEqual([]);
    }
    await at.endControlPlane();
    expect(faultsOf(readJournal(at.home.journal))).toEqual([]);
    expect([...at.pids].filter(([, pids]) => pids.size > 1)).toEqual([]);
    expect(restarted([...at.pids.keys()])).toEqual([]);
  }, 900_000);
});

const unwanted = (endings: readonly { status: Pipeline['status']; wanted: readonly Ending[] }[]) => endings.filter(({ status, wanted }) => !wanted.includes(status.kind));

/** Revisions that had more instances than were ever asked for: somebody started one again. Names are `<revision>.<random>`. */
function restarted(instances: readonly string[]): string[] {
  const counts = new Map<string, number>();
  for (const instance of instances) counts.set(instance.split('.')[0] ?? '', (counts.get(instance.split('.')[0] ?? '') ?? 0) + 1);
  return [...counts].filter(([revision, count]) => count > (revision.endsWith('-staging') ? 1 : 2)).map(([revision, count]) => `${revision}: ${count}`);
}
