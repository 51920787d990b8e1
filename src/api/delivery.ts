/** Teams, and how well they deliver. */
import { delivery } from '../app/delivery.ts';
import { services } from '../app/look.ts';
import * as operations from '../contracts/api/delivery.ts';
import { anywhere } from './access.ts';
import { bind } from './serve.ts';

export const deliveryBindings = [
  bind(operations.listTeams, anywhere, async (ports, { sees }) => {
    const seen = (await services(ports)()).filter(({ team }) => sees(team));
    return { value: [...new Set(seen.map(({ team }) => team))].sort().map((team) => ({ team, services: seen.filter((service) => service.team === team).map(({ name }) => name) })) };
  }),
  bind(operations.readDelivery, (_ports, { params }) => ({ kind: 'place', team: params.team, environments: [] }), async (ports, { params, query }) => ({ value: await delivery(ports)(params.team, query.days) })),
];
