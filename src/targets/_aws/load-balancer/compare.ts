/** Answers of two revisions behind a load balancer, compared: each is asked through a rule of its own. */
import { lookup } from 'node:dns/promises';
import type { AgentOptions } from 'node:http';
import { askOverHttp } from '../../../comparison/ask-over-http.ts';
import { compareRequests } from '../../../comparison/compare-requests.ts';
import { agentFor } from '../../../comparison/http-exchange.ts';
import type { CompareRequest, CompareResult } from '../../../contracts/target.ts';
import { ProviderUnavailable } from '../../../domain/errors.ts';
import type { Answer } from '../../../domain/parallel/answer.ts';
import { emptyReport } from '../../../domain/parallel/report.ts';
import type { Fence } from '../../../ports/target.ts';
import { guard } from '../guard.ts';
import type { BalancerSettings } from '../settings.ts';
import { type AskedRule, ensureAskedRule, leadToRevision, NOT_YET_DIGEST } from './asked-rules.ts';
import { endpointOf } from './endpoint.ts';
import type { Balancers } from './groups.ts';
import type { RuleWriter } from './rule.ts';

/** Connections to the load balancer: eight requests at a time, each three times. */
const SOCKETS = 24;
/** Of each address: it answers from several machines. */
const PROBES = 4;

export interface CompareNeeds {
  readonly client: Balancers;
  readonly fence: Fence;
  readonly settings: BalancerSettings;
}

/**
 * Makes the rules at the first call, lets them lead to the revisions at a later one, and asks from then on. `route` and `retire` take them away.
 * @throws StaleGeneration; NotSupported where there is no room for the rules; InvalidInput for a revision that is not launched
 */
export async function compareByRules({ client, fence, settings }: CompareNeeds, request: CompareRequest): Promise<CompareResult> {
  const { service, environment, generation, stable, candidate, rule, requests } = request;
  const writer: RuleWriter = { client, change: await guard(fence, request), place: { service, environment, generation, settings } };
  const rules = [await ensureAskedRule(writer, stable), await ensureAskedRule(writer, candidate)] as const;
  const endpoint = settings.endpoint ?? await endpointOf(client, settings.listener);
  const waiting = rules.filter(({ leads }) => !leads);
  if (waiting.length > 0) {
    if (await allTaken(endpoint, waiting)) for (const one of waiting) await leadToRevision(writer, one);
    return { verb: 'compare', ready: false, report: emptyReport() };
  }
  const agent = agentFor(endpoint, { keepAlive: true, maxSockets: SOCKETS });
  let late = false;
  const ask = ({ header }: AskedRule) => askOverHttp({ endpoint, header, agent }, (answer) => void (late ||= isNotYet(answer)));
  try {
    const report = await compareRequests(rule, requests, { stable: ask(rules[0]), candidate: ask(rules[1]) });
    // A machine of the load balancer has not taken the change yet: what it answered is nobody's, and which of the others are is not known.
    return late ? { verb: 'compare', ready: false, report: emptyReport() } : { verb: 'compare', ready: true, report };
  } finally {
    agent.destroy();
  }
}

const isNotYet = (answer: Answer): boolean => answer.kind === 'answer' && answer.status === 503 && answer.body.kind === 'bytes' && answer.body.digest === NOT_YET_DIGEST;

/** Whether every address of the load balancer has the rules: each gives their own answer, over new connections. */
async function allTaken(endpoint: string, rules: readonly AskedRule[]): Promise<boolean> {
  const { hostname } = new URL(endpoint);
  const addresses = await lookup(hostname.replace(/^\[|\]$/g, ''), { all: true }).catch((error: unknown) => {
    throw new ProviderUnavailable(`The load balancer's name ${hostname} cannot be resolved: ${error instanceof Error ? error.message : String(error)}. Correct the setting endpoint.`, {}, { cause: error });
  });
  const probes = addresses.flatMap(({ address, family }) => rules.flatMap(({ header }) => Array.from({ length: PROBES }, async () => {
    const agent = agentFor(endpoint, { lookup: toAddress(address, family) });
    const seen: Answer[] = [];
    await askOverHttp({ endpoint, header, agent }, (answer) => void seen.push(answer))({ method: 'GET', target: '/', headers: '', body: undefined }, ['x-slipway-mirror', '1']);
    return seen.every(isNotYet);
  })));
  return (await Promise.all(probes)).every(Boolean);
}

/** The same name, and so the same certificate, at this address. */
const toAddress = (address: string, family: number): AgentOptions['lookup'] => (_name, options, done) => (options.all === true ? done(null, [{ address, family }]) : done(null, address, family));
