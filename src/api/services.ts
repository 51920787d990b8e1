/** Services, repositories and what pushes became. */
import { deliveriesPart, pipelinesPart, servicesPart } from '../app/lists.ts';
import { status, statuses, type ServiceStatus } from '../app/look.ts';
import { overview } from '../app/overview.ts';
import { registerRepository, removeRepository } from '../app/register.ts';
import { repositories } from '../app/registered.ts';
import { replayDelivery } from '../app/replay-delivery.ts';
import { getDelivery, getService } from '../app/state/documents.ts';
import * as operations from '../contracts/api/services.ts';
import { NotFound } from '../domain/errors.ts';
import { ServiceName } from '../domain/ids.ts';
import type { Delivery } from '../domain/service.ts';
import type { Ports } from '../ports/index.ts';
import { anywhere, atService, filtered, installation, teams } from './access.ts';
import { bind } from './serve.ts';

type Sees = (team: string, environment?: string) => boolean;

/** Without the environments that the caller may not look at. */
const shown = (found: ServiceStatus, sees: Sees): ServiceStatus => ({ ...found, places: found.places.filter(({ environment }) => sees(found.service.team, environment)) });

/** Whether a delivery is about any service that the caller may look at, or about none yet. */
function seenBy(ports: Pick<Ports, 'store'>, sees: Sees): (delivery: Delivery) => Promise<boolean> {
  const teamOf = teams(ports);
  const isSeen = async (name: string | null) => {
    const service = ServiceName.safeParse(name);
    return !service.success || sees(await teamOf(service.data)) || (await teamOf(service.data)) === '';
  };
  return async ({ outcome }) => outcome.kind === 'pending' || (await Promise.all(outcome.admissions.map(({ service }) => isSeen(service)))).some(Boolean);
}

/** The one that a query names, or one part of all. */
const servicesAsked = async (ports: Ports, { service, ...page }: { limit: number; cursor?: string | undefined; service?: ServiceName | undefined }) =>
  (service === undefined ? servicesPart(ports)(page) : { items: [(await getService(ports.store, service)).value], next: undefined });

export const serviceBindings = [
  bind(operations.listOverview, anywhere, async (ports, { query, sees }) => {
    const { items, next } = await servicesAsked(ports, query);
    const rows = await overview(ports)(items.filter(({ team }) => sees(team)));
    return { value: rows.map((row) => ({ ...row, places: row.places.filter(({ environment }) => sees(row.team, environment)), waiting: row.waiting.filter(({ environment }) => sees(row.team, environment)) })), next };
  }),
  bind(operations.listServices, anywhere, async (ports, { query, sees }) => {
    const { items, next } = await servicesPart(ports)(query);
    return { value: (await statuses(ports)(items.filter(({ team }) => sees(team)))).map((found) => shown(found, sees)), next };
  }),
  bind(operations.readService, atService, async (ports, { params, sees }) => ({ value: shown(await status(ports)((await getService(ports.store, params.service)).value), sees) })),
  bind(operations.listPipelines, atService, async (ports, { params, query }) => {
    const { items, next } = await pipelinesPart(ports)(params.service, query);
    return { value: items, next };
  }),
  bind(operations.listRepositories, anywhere, async (ports) => ({ value: await repositories(ports)() })),
  bind(operations.registerRepository, installation, async (ports, { body, by }) => ({ value: await registerRepository(ports)({ ...body, by }) })),
  bind(operations.removeRepository, installation, async (ports, { query }) => ({ value: await removeRepository(ports)(query) })),
  bind(operations.listDeliveries, anywhere, async (ports, { query, sees }) => {
    const { items, next } = await deliveriesPart(ports)(query);
    return { value: await filtered(items, seenBy(ports, sees)), next };
  }),
  bind(operations.readPushDelivery, anywhere, async (ports, { params, sees }) => {
    const { value } = await getDelivery(ports.store, params.delivery);
    if (!(await seenBy(ports, sees)(value))) throw new NotFound(`There is no delivery "${params.delivery}". Look at them with "slipway deliveries".`);
    return { value };
  }),
  bind(operations.replayDelivery, installation, async (ports, { params, by }) => ({ value: await replayDelivery(ports)({ ...params, by }) })),
];
