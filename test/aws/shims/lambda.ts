/**
 * What Lambda does as documented and the emulator does not: conditions, provisioned concurrency, changes that take time, reserved
 * concurrency 0, numbers of versions that are used once, versions that an alias protects, event sources of an alias. Stands between the
 * client and the emulator as a shim of the fault proxy; docs/emulator-gaps.md has the list.
 */
import { randomUUID } from 'node:crypto';
import { errorAnswer, type Answer } from '../faults/answer.ts';
import type { Call, Request, Shim } from '../faults.ts';

type Document = Record<string, unknown>;

interface Warmth {
  wanted: number;
  status: 'IN_PROGRESS' | 'READY' | 'FAILED';
  looksLeft: number;
}

export interface LambdaShimOptions {
  /** How many looks a change of a function takes; 0: none. */
  readonly looksToChange?: number;
  /** How many looks provisioned concurrency takes to be ready. */
  readonly looksToWarm?: number;
  /** Unreserved concurrent executions of the account, for GetAccountSettings. */
  readonly unreserved?: number;
  /** What a version gives back for an event; the emulator runs nothing without Docker. */
  readonly invoked?: (name: string, version: string, event: unknown) => unknown;
}

export interface LambdaShim {
  readonly shim: Shim;
  /** Makes the next provisioned concurrency fail, as when the account has none left. */
  failWarmth(): void;
  /** Provisioned concurrency of a version now; 0 without. */
  warmthOf(name: string, version: string): number;
}

const json = (status: number, body: unknown): Answer => ({ status, headers: { 'content-type': 'application/json', 'x-amzn-requestid': 'shim' }, body: Buffer.from(status === 204 ? '' : JSON.stringify(body)) });
const refuse = (status: number, code: string, message: string): Answer => errorAnswer('rest-json', { status, code, message });
const read = (answer: Answer): Document => JSON.parse(answer.body.toString('utf8') || '{}') as Document;
const changed = (answer: Answer, change: (body: Document) => void): Answer => {
  if (answer.status >= 300) return answer;
  const body = read(answer);
  change(body);
  return { ...answer, headers: { ...answer.headers, 'content-type': 'application/json' }, body: Buffer.from(JSON.stringify(body)) };
};
const SUCCESSFUL = 'Successful';

export function lambdaShim({ looksToChange = 0, looksToWarm = 0, unreserved = 1000, invoked }: LambdaShimOptions = {}): LambdaShim {
  /** By `name` or `name/alias`: the condition that the next change has to name. */
  const conditions = new Map<string, string>();
  const busy = new Map<string, { readonly field: 'State' | 'LastUpdateStatus'; looks: number }>();
  const stopped = new Set<string>();
  const deleted = new Set<string>();
  const warmth = new Map<string, Warmth>();
  const sources = new Map<string, string>();
  let warmthFails = false;

  const conditionOf = (key: string): string => {
    const known = conditions.get(key) ?? randomUUID();
    conditions.set(key, known);
    return known;
  };
  const touch = (key: string): void => void conditions.set(key, randomUUID());
  const unmet = (key: string, given: unknown): Answer | undefined =>
    given === undefined || given === null || given === conditionOf(key) ? undefined : refuse(412, 'PreconditionFailedException', 'The RevisionId provided does not match the latest RevisionId.');
  const inProgress = (name: string): Answer | undefined => (busy.has(name) ? refuse(409, 'ResourceConflictException', `The operation cannot be performed at this time. An update is in progress for resource: ${name}`) : undefined);

  /** One look brings a change nearer to its end. */
  const look = (name: string, configuration: Document): void => {
    const change = busy.get(name);
    if (change === undefined) return;
    configuration[change.field] = change.field === 'State' ? 'Pending' : 'InProgress';
    change.looks -= 1;
    if (change.looks <= 0) busy.delete(name);
  };
  const begin = (name: string, field: 'State' | 'LastUpdateStatus'): void => void (looksToChange > 0 && busy.set(name, { field, looks: looksToChange }));
  const stateOf = (field: 'State' | 'LastUpdateStatus', name: string): string => (busy.has(name) ? (field === 'State' ? 'Pending' : 'InProgress') : field === 'State' ? 'Active' : SUCCESSFUL);

  async function functionCall(call: Call, request: Request, forward: () => Promise<Answer>): Promise<Answer | undefined> {
    const name = call.resource.split('/')[0] ?? '';
    const query = new URL(request.url, 'http://emulator').searchParams;
    const body = (): Document => JSON.parse(request.body.toString('utf8') || '{}') as Document;
    switch (call.action) {
      case 'GetFunction': {
        const qualifier = query.get('Qualifier');
        if (qualifier !== null && deleted.has(`${name}:${qualifier}`)) return refuse(404, 'ResourceNotFoundException', `Function not found: ${name}:${qualifier}`);
        return changed(await forward(), (answer) => {
          const configuration = answer['Configuration'] as Document;
          if (qualifier === null) {
            configuration['RevisionId'] = conditionOf(name);
            look(name, configuration);
            if (stopped.has(name)) answer['Concurrency'] = { ReservedConcurrentExecutions: 0 };
          }
        });
      }
      case 'CreateFunction': {
        const created = String(body()['FunctionName']);
        const answer = await forward();
        if (answer.status < 300) {
          touch(created);
          begin(created, 'State');
        }
        return changed(answer, (made) => Object.assign(made, { RevisionId: conditionOf(created), State: stateOf('State', created) }));
      }
      case 'UpdateFunctionConfiguration': case 'UpdateFunctionCode': {
        const refused = unmet(name, body()['RevisionId']) ?? inProgress(name);
        if (refused !== undefined) return refused;
        const answer = await forward();
        if (answer.status < 300) {
          touch(name);
          begin(name, 'LastUpdateStatus');
        }
        return changed(answer, (made) => Object.assign(made, { RevisionId: conditionOf(name), LastUpdateStatus: stateOf('LastUpdateStatus', name) }));
      }
      case 'PublishVersion': return publishVersion(name, body(), forward);
      case 'ListVersionsByFunction': return changed(await forward(), (answer) => {
        answer['Versions'] = (answer['Versions'] as Document[]).filter(({ Version }) => !deleted.has(`${name}:${String(Version)}`));
      });
      case 'DeleteFunction': return deleteFunction(name, query.get('Qualifier'), request, forward);
      case 'PutFunctionConcurrency': {
        const zero = body()['ReservedConcurrentExecutions'] === 0;
        if (zero) stopped.add(name);
        else stopped.delete(name);
        return forward();
      }
      case 'DeleteFunctionConcurrency':
        stopped.delete(name);
        return forward();
      default: return undefined;
    }
  }

  async function publishVersion(name: string, body: Document, forward: () => Promise<Answer>): Promise<Answer> {
    const refused = unmet(name, body['RevisionId']) ?? inProgress(name);
    if (refused !== undefined) return refused;
    return changed(await forward(), (answer) => Object.assign(answer, { RevisionId: randomUUID() }));
  }

  /** A number is used once: the emulator counts what is left, so it keeps what is deleted here. */
  async function deleteFunction(name: string, qualifier: string | null, request: Request, forward: () => Promise<Answer>): Promise<Answer> {
    if (qualifier === null) return forward();
    const key = `${name}:${qualifier}`;
    if (deleted.has(key)) return refuse(404, 'ResourceNotFoundException', `Function not found: ${key}`);
    const aliases = await aliasesOf(name, request);
    const leading = aliases.find(({ FunctionVersion, RoutingConfig }) => FunctionVersion === qualifier || qualifier in ((RoutingConfig as { AdditionalVersionWeights?: object } | null)?.AdditionalVersionWeights ?? {}));
    if (leading !== undefined) return refuse(409, 'ResourceConflictException', `Alias ${String(leading['Name'])} points to this version. Delete the alias first or point it to another version.`);
    deleted.add(key);
    warmth.delete(key);
    return json(204, undefined);
  }

  async function aliasesOf(name: string, request: Request): Promise<Document[]> {
    const answer = await fetch(new URL(`/2015-03-31/functions/${name}/aliases`, shim.upstream), { headers: { authorization: String(request.headers.authorization) } });
    return ((await answer.json()) as { Aliases: Document[] }).Aliases;
  }

  async function aliasCall(call: Call, request: Request, forward: () => Promise<Answer>): Promise<Answer | undefined> {
    const body = (): Document => JSON.parse(request.body.toString('utf8') || '{}') as Document;
    const name = call.resource.split('/')[0] ?? '';
    const withCondition = (alias: Document): Document => Object.assign(alias, { RevisionId: conditionOf(`${name}/${String(alias['Name'])}`) });
    switch (call.action) {
      case 'ListAliases': return changed(await forward(), ({ Aliases }) => void (Aliases as Document[]).map(withCondition));
      case 'GetAlias': return changed(await forward(), withCondition);
      case 'CreateAlias': {
        const alias = `${name}/${String(body()['Name'])}`;
        const answer = await forward();
        // The emulator has another name for it: https://docs.aws.amazon.com/lambda/latest/api/API_CreateAlias.html
        if (answer.status === 409) return refuse(409, 'ResourceConflictException', `Alias already exists: ${alias}`);
        touch(alias);
        return changed(answer, withCondition);
      }
      case 'UpdateAlias': {
        const key = call.resource.replace('/aliases/', '/');
        const refused = unmet(key, body()['RevisionId']);
        if (refused !== undefined) return refused;
        touch(key);
        return changed(await forward(), withCondition);
      }
      default: return undefined;
    }
  }

  function warmthCall(call: Call, { url, body }: Request): Answer | undefined {
    const { pathname, searchParams } = new URL(url, 'http://emulator');
    const name = /\/functions\/([^/]+)\/provisioned-concurrency$/.exec(pathname)?.[1];
    if (name === undefined) return undefined;
    const version = searchParams.get('Qualifier');
    const answerOf = (one: Warmth): Document => ({ RequestedProvisionedConcurrentExecutions: one.wanted, AvailableProvisionedConcurrentExecutions: one.status === 'READY' ? one.wanted : 0, Status: one.status, ...(one.status === 'FAILED' ? { StatusReason: 'FUNCTION_ERROR_INIT_FAILURE' } : {}) });
    if (searchParams.get('List') === 'ALL') {
      const found = [...warmth].filter(([key]) => key.startsWith(`${name}:`));
      for (const [, one] of found) {
        one.looksLeft -= 1;
        if (one.status === 'IN_PROGRESS' && one.looksLeft < 0) one.status = 'READY';
      }
      return json(200, { ProvisionedConcurrencyConfigs: found.map(([key, one]) => ({ FunctionArn: `arn:aws:lambda:eu-central-1:123456789012:function:${key}`, ...answerOf(one) })) });
    }
    const key = `${name}:${version ?? ''}`;
    if (call.action === 'DeleteProvisionedConcurrencyConfig') return warmth.delete(key) ? json(204, undefined) : refuse(404, 'ProvisionedConcurrencyConfigNotFoundException', 'No Provisioned Concurrency Config found for this function');
    if (call.action !== 'PutProvisionedConcurrencyConfig') return undefined;
    if (stopped.has(name)) return refuse(400, 'InvalidParameterValueException', 'Specified ConcurrentExecutions for function decreases what is needed.');
    const one: Warmth = { wanted: Number((JSON.parse(body.toString('utf8')) as Document)['ProvisionedConcurrentExecutions']), status: warmthFails ? 'FAILED' : 'IN_PROGRESS', looksLeft: looksToWarm };
    warmthFails = false;
    warmth.set(key, one);
    return json(202, answerOf(one));
  }

  async function sourceCall(call: Call, request: Request, forward: () => Promise<Answer>): Promise<Answer | undefined> {
    const remember = (answer: Answer): Answer => {
      const { UUID } = read(answer);
      const given = (JSON.parse(request.body.toString('utf8') || '{}') as Document)['FunctionName'];
      if (typeof UUID === 'string' && typeof given === 'string') sources.set(UUID, given);
      return answer;
    };
    switch (call.action) {
      case 'CreateEventSourceMapping': case 'UpdateEventSourceMapping': return remember(await forward());
      case 'ListEventSourceMappings': {
        const asked = new URL(request.url, 'http://emulator').searchParams.get('FunctionName');
        const answer = await fetch(new URL('/2015-03-31/event-source-mappings/', shim.upstream), { headers: { authorization: String(request.headers.authorization) } });
        const all = ((await answer.json()) as { EventSourceMappings: Document[] }).EventSourceMappings;
        return json(200, { EventSourceMappings: all.filter(({ UUID }) => sources.get(String(UUID)) === asked) });
      }
      default: return undefined;
    }
  }

  const shim = { upstream: process.env['SLIPWAY_TEST_AWS_ENDPOINT'] ?? '' };
  return {
    shim: async (call, request, forward) => {
      if (call.service !== 'lambda') return undefined;
      if (call.action === 'Invoke' && invoked !== undefined) return json(200, invoked(call.resource.split('/')[0] ?? '', new URL(request.url, 'http://emulator').searchParams.get('Qualifier') ?? '', JSON.parse(request.body.toString('utf8'))));
      if (request.url.includes('/account-settings')) return json(200, { AccountLimit: { ConcurrentExecutions: 1000, UnreservedConcurrentExecutions: unreserved } });
      return warmthCall(call, request) ?? (await aliasCall(call, request, forward)) ?? (await sourceCall(call, request, forward)) ?? (await functionCall(call, request, forward));
    },
    failWarmth: () => {
      warmthFails = true;
    },
    warmthOf: (name, version) => warmth.get(`${name}:${version}`)?.wanted ?? 0,
  };
}
