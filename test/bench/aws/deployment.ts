/**
 * What one pipeline costs: a push goes through a build, staging, canary and rollout in an installation of this machine, which runs the same
 * machines and use cases. Transitions are counted from the engine's history, units at the store.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { executionHistory, type ExecutionView } from '../../../src/app/execution-history.ts';
import { getPipeline } from '../../../src/app/state/documents.ts';
import { openSqliteStore } from '../../../src/adapters/local/sqlite-store.ts';
import { systemClock } from '../../../src/adapters/local/system-clock.ts';
import { localConfig } from '../../../src/config.ts';
import { PipelineId } from '../../../src/domain/ids.ts';
import { startControlPlane } from '../../../src/main/control-plane.ts';
import { homeAt, prepareHome } from '../../../src/main/home.ts';
import { startRouter } from '../../../src/router/router.ts';
import { Client } from '../../e2e/rig/client.ts';
import { endMarked } from '../../e2e/rig/ending.ts';
import { manifest, program } from '../../e2e/rig/example-service.ts';
import { ENVIRONMENTS } from '../../e2e/rig/installation.ts';
import { startLoad } from '../../e2e/rig/load.ts';
import { createRepository, type Repository } from '../../e2e/rig/repository.ts';
import { type Bench, short } from '../figures.ts';
import { until } from '../waiting.ts';
import { meteredStore, noUnits, type Units } from './metered-store.ts';
import { ASSUMED, FUNCTION_GB, PRICES } from './prices.ts';

const SERVICE = 'catalog';
const WAIT_MS = 90_000;
/** No pass of a schedule falls into the run: they are priced by themselves. */
const NO_PASSES_SECONDS = 86_400;
/** Without a question to a person; what one adds is in docs/cost.md. */
const MANIFEST = { approval: { required: false } };

interface Counted {
  readonly transitions: number;
  /** Functions that were called. */
  readonly invocations: number;
  readonly units: Units;
  readonly byMachine: Readonly<Record<string, number>>;
}

async function count(views: readonly ExecutionView[], units: Units): Promise<Counted> {
  const byMachine: Record<string, number> = {};
  let invocations = 0;
  for (const { machine, events } of views) {
    byMachine[machine] = (byMachine[machine] ?? 0) + events.filter(({ type }) => type.endsWith('StateEntered')).length;
    invocations += events.filter(({ type }) => type === 'TaskScheduled' || type === 'LambdaFunctionScheduled').length;
  }
  return { transitions: Object.values(byMachine).reduce((sum, one) => sum + one, 0), invocations, units, byMachine };
}

/** A second release: the first one has no canary. */
async function secondRelease(say: (line: string) => void): Promise<Counted> {
  const folder = mkdtempSync(join(tmpdir(), 'slipway-bench-deployment-'));
  const home = homeAt(join(folder, 'home'));
  prepareHome(home);
  writeFileSync(home.environments, ENVIRONMENTS);
  let units = noUnits();
  const router = await startRouter({ directory: home.router, host: '127.0.0.1', port: 0, controlSocket: home.routerSocket }, () => undefined);
  const controlPlane = await startControlPlane(home, { ...localConfig({ PATH: process.env['PATH'] }), home: home.root, host: '127.0.0.1', port: 0, routerPort: 0, passSeconds: NO_PASSES_SECONDS }, { aroundStore: (store) => meteredStore(store, () => units) });
  // Of its own, so that looking at how far it is counts nothing.
  const beside = openSqliteStore({ path: home.state, clock: systemClock });
  try {
    const client = new Client(home);
    const repository = createRepository(folder, SERVICE);
    await client.post('/v1/repositories', { url: repository.url });
    const released = async (number: number) => {
      repository.write({ [`${SERVICE}/slipway.yaml`]: manifest(SERVICE, MANIFEST), [`${SERVICE}/server.js`]: program({ says: String(number) }) });
      await pushed(client, repository, String(number));
      const id = PipelineId.parse(`${SERVICE}-${number}`);
      const status = await until(`the end of ${id}`, 50, WAIT_MS, async () => {
        const found = await getPipeline(beside, id).catch(() => undefined);
        return found === undefined || found.value.status.kind === 'running' ? undefined : found.value.status;
      });
      if (status.kind !== 'succeeded') throw new Error(`${id} ended as ${JSON.stringify(status)}`);
      return id;
    };
    await released(1);
    say('the second release');
    const load = startLoad(await client.endpoint(SERVICE));
    units = noUnits();
    const id = await released(2);
    await load.stop();
    // The last execution's own end is written after the pipeline's.
    await until('the end of its execution', 50, WAIT_MS, async () => ((await controlPlane.composed.engine.describe('pipeline', id))?.status === 'RUNNING' ? undefined : true));
    const counted = { ...units };
    return await count(await executionHistory(controlPlane.composed.ports)(id), counted);
  } finally {
    await beside.close();
    await controlPlane.composed.target.stopAll();
    await controlPlane.close();
    await router.close();
    await endMarked(home.instances);
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

const pushed = async (client: Client, repository: Repository, message: string): Promise<void> => void (await client.webhook(repository, repository.push(message)));

export const deploymentBench: Bench = async ({ say }) => {
  const { transitions, invocations, units, byMachine } = await secondRelease(say);
  const seconds = units.calls * ASSUMED.storeCallSeconds;
  const dollars = transitions * PRICES.transition + units.readUnits * PRICES.readUnit + units.writeUnits * PRICES.writeUnit + invocations * PRICES.functionRequest + seconds * FUNCTION_GB * PRICES.functionGbSecond;
  return {
    rows: [
      { what: 'transitions of a pipeline (build, staging, canary, rollout)', ours: `${transitions} (${Object.entries(byMachine).map(([machine, n]) => `${machine} ${n}`).join(', ')})`, peer: '', figure: transitions, goal: null, runs: '1' },
      { what: 'units of it at the table', ours: `${units.readUnits} read, ${units.writeUnits} write in ${units.calls} requests`, peer: '', figure: units.readUnits + units.writeUnits, goal: null, runs: '1' },
      { what: 'price of it', ours: `$${dollars.toFixed(4)} (transitions $${(transitions * PRICES.transition).toFixed(4)}, table $${(units.readUnits * PRICES.readUnit + units.writeUnits * PRICES.writeUnit).toFixed(4)})`, peer: '', figure: dollars, goal: null, runs: '' },
    ],
    remarks: [`A look at a hold or at starting instances is a few transitions more, so a longer canary costs more: docs/cost.md. ${short(invocations)} functions were called. Builds, load balancers and what runs are not in it.`],
  };
};
