/** The audit of the whole installation, and environments as they were. */
import { environmentThen, searchAudit } from '../app/audit-search.ts';
import * as operations from '../contracts/api/audit.ts';
import { anywhere, teams } from './access.ts';
import { bind } from './serve.ts';

export const auditBindings = [
  bind(operations.searchAudit, anywhere, async (ports, { query: { team, ...search }, sees }) => {
    const teamOf = teams(ports);
    const { items, next } = await searchAudit(ports)({ ...search, isWanted: async (service, environment) => (team === undefined || (await teamOf(service)) === team) && sees(await teamOf(service), environment) });
    return { value: items, next };
  }),
  bind(operations.readEnvironmentThen, anywhere, async (ports, { params, query, sees }) => {
    const { items, next } = await environmentThen(ports)(params.environment, params.time, query, (team) => sees(team, params.environment));
    return { value: items, next };
  }),
];
