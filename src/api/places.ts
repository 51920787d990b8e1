/** One service in one environment: roll back, promote, pause, scale, zones, logs, audit. */
import { desiredTag, markZone, pause, resume, scale } from '../app/change-desired.ts';
import { rollback } from '../app/deploy.ts';
import { auditPart } from '../app/lists.ts';
import { placeStatus } from '../app/look.ts';
import { reconcile } from '../app/reconcile.ts';
import { placeCounts } from '../app/place-counts.ts';
import { findDesired, getService } from '../app/state/documents.ts';
import { promote } from '../app/steer.ts';
import { weightsOverTime } from '../app/weights-over-time.ts';
import * as operations from '../contracts/api/places.ts';
import { NotFound } from '../domain/errors.ts';
import type { Desired } from '../domain/state.ts';
import type { Ports } from '../ports/index.ts';
import { atPlace } from './access.ts';
import { bind } from './serve.ts';

const tagged = (desired: Desired) => ({ value: desired, etag: desiredTag(desired) });

/** What people change takes effect at once, not at the next pass. */
async function repaired(ports: Ports, changed: Desired) {
  await reconcile(ports)({ places: [{ service: changed.service, environment: changed.environment }] });
  return tagged(changed);
}

export const placeBindings = [
  bind(operations.readPlace, atPlace, async (ports, { params }) => {
    await getService(ports.store, params.service);
    return { value: await placeStatus(ports)(params.service, params.environment) };
  }),
  bind(operations.readDesired, atPlace, async (ports, { params }) => {
    const desired = await findDesired(ports.store, params.service, params.environment);
    if (desired === undefined) throw new NotFound(`${params.service} was never deployed in ${params.environment}.`);
    return tagged(desired.value);
  }),
  bind(operations.rollback, atPlace, async (ports, { params, body, by, ifMatch }) => ({ value: await rollback(ports)({ ...params, ...body, by, ifMatch }) })),
  bind(operations.promote, atPlace, async (ports, { params, by }) => ({ value: await promote(ports)({ ...params, by }) })),
  bind(operations.pause, atPlace, async (ports, { params, body, by, ifMatch }) => tagged(await pause(ports)({ ...params, ...body, by, ifMatch }))),
  bind(operations.resume, atPlace, async (ports, { params, body, by, ifMatch }) => repaired(ports, await resume(ports)({ ...params, ...body, by, ifMatch }))),
  bind(operations.scale, atPlace, async (ports, { params, body, by, ifMatch }) => repaired(ports, await scale(ports)({ ...params, ...body, by, ifMatch }))),
  bind(operations.markZone, atPlace, async (ports, { params, body, by, ifMatch }) => repaired(ports, await markZone(ports)({ ...params, ...body, by, ifMatch }))),
  bind(operations.readWeights, atPlace, async (ports, { params, query }) => ({ value: await weightsOverTime(ports)({ ...params, ...query }) })),
  bind(operations.readLogs, atPlace, async (ports, { params, query }) => {
    const { output, next } = await ports.instanceLogs.tail(params.service, params.environment, query.bytes, query.cursor);
    return { value: output, next };
  }),
  bind(operations.readCounts, atPlace, async (ports, { params }) => ({ value: await placeCounts(ports)(params) })),
  bind(operations.readAudit, atPlace, async (ports, { params, query }) => {
    const { items, next } = await auditPart(ports)(params.service, params.environment, query);
    return { value: items, next };
  }),
];
