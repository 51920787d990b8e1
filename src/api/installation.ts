/** The installation: environments, drift now, alerts, targets. */
import { describeTargets } from '../app/describe-targets.ts';
import { alertsPart } from '../app/lists.ts';
import { reconcile } from '../app/reconcile.ts';
import * as operations from '../contracts/api/installation.ts';
import { ServiceName } from '../domain/ids.ts';
import { anywhere, filtered, installation, teams } from './access.ts';
import { bind } from './serve.ts';

export const installationBindings = [
  bind(operations.readEnvironments, anywhere, async (ports) => {
    // Addresses of recipients may hold keys: they are shown without them, under notifications.
    const { notifications: _, ...shown } = await ports.environments.read();
    return { value: shown };
  }),
  bind(operations.readDrift, anywhere, async (ports, { sees }) => {
    const found = await reconcile(ports)({ places: 'all', repair: false });
    const teamOf = teams(ports);
    return { value: { ...found, drifted: await filtered(found.drifted, async ({ service, environment }) => sees(await teamOf(ServiceName.parse(service)), environment)) } };
  }),
  bind(operations.reconcile, installation, async (ports) => ({ value: await reconcile(ports)({ places: 'all' }) })),
  bind(operations.listAlerts, anywhere, async (ports, { query, sees }) => {
    const { items, next } = await alertsPart(ports)(query);
    const teamOf = teams(ports);
    // What is about no service is about the installation, and everybody's.
    const value = await filtered(items, async ({ service, environment }) => service === null || sees(await teamOf(ServiceName.parse(service)), environment ?? undefined));
    return { value, next };
  }),
  bind(operations.listTargets, anywhere, async (ports) => ({ value: [...await describeTargets(ports)()] })),
];
