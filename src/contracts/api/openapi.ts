/** The OpenAPI 3.1 document, made from the operations. */
import * as z from 'zod';
import { ROLE_ACTIONS, ROLES, type Action } from '../../domain/roles.ts';
import { ChangeEvent } from '../../domain/change.ts';
import { Deployment } from '../../domain/deployment.ts';
import { Environment } from '../../domain/environment.ts';
import { Verdict } from '../../domain/judge/judge.ts';
import { Manifest } from '../../domain/manifest.ts';
import { Pipeline } from '../../domain/pipeline.ts';
import { Plan } from '../../domain/plan.ts';
import { Artifact, Release } from '../../domain/release.ts';
import { RevisionSpec } from '../../domain/revision.ts';
import { Delivery, Repository, Service } from '../../domain/service.ts';
import { Desired, Observed } from '../../domain/state.ts';
import { Approval } from './approvals.ts';
import { OPERATIONS } from './index.ts';
import { PlaceStatus, ServiceStatus } from './services.ts';
import type { Operation } from './operation.ts';

type Json = Readonly<Record<string, unknown>>;

/** RFC 9457, with what was seen. */
export const Problem = z.strictObject({ type: z.string(), title: z.string(), status: z.int(), detail: z.string(), evidence: z.looseObject({}).optional() }).meta({ description: 'A problem document (RFC 9457).' });

/** Documents that several answers hold, each described once. */
const DOCUMENTS: Readonly<Record<string, z.ZodType>> = { Approval, Artifact, ChangeEvent, Delivery, Deployment, Desired, Environment, Manifest, Observed, Pipeline, Plan, PlaceStatus, Problem, Release, Repository, RevisionSpec, Service, ServiceStatus, Verdict };

/** What zod knows of a schema, and its name among the documents. */
function names(): z.core.$ZodRegistry<z.core.GlobalMeta> {
  const registry = z.registry<z.core.GlobalMeta>();
  const ids = new Map<z.core.$ZodType, string>(Object.entries(DOCUMENTS).map(([name, schema]) => [schema, name]));
  registry.get = (schema: z.core.$ZodType) => {
    const id = ids.get(schema);
    return { ...z.globalRegistry.get(schema), ...(id === undefined ? {} : { id }) };
  };
  return registry;
}

const NAMES = names();

/** How a value is read or written: defaults and coerced types differ. Values that are transformed when they are parsed are shown as they leave, as far as zod can know. */
function schemaOf(schema: z.ZodType, io: 'input' | 'output'): Json {
  const { $schema: _schema, $defs: _definitions, id: _id, ...json } = z.toJSONSchema(schema, { io, target: 'draft-2020-12', unrepresentable: 'any', metadata: NAMES });
  return referring(json);
}

/** zod names documents within one schema; here they stand beside all of them. */
const referring = (json: unknown): Json => JSON.parse(JSON.stringify(json).replaceAll('"#/$defs/', '"#/components/schemas/'), (key, value: unknown) => (key === 'pattern' && typeof value === 'string' ? plainPattern(value) : value)) as Json;

/**
 * Without classes of Unicode, which not every reader's regular expressions have: a validator in Python, say, refuses the whole document. What is left
 * out so (invisible characters beyond the control ones) is still refused by the API itself.
 */
const plainPattern = (pattern: string): string => pattern.replaceAll('\\P{C}', `[^${CONTROLS}]`).replaceAll('\\p{C}', CONTROLS);
const CONTROLS = String.raw`\u0000-\u001f\u007f-\u009f`;

/** A document by itself: what zod names `#` or in its definitions are documents too. */
function documentSchema(name: string, schema: z.ZodType): Json {
  const { $schema: _schema, $defs = {}, id: _id, $ref, ...json } = z.toJSONSchema(schema, { io: 'output', target: 'draft-2020-12', unrepresentable: 'any', metadata: NAMES });
  const { id: _own, ...own } = ($ref === undefined ? json : $defs[name] ?? {});
  return referring(own);
}

const LEAST_ROLE = (action: Action): string => ROLES.filter((role) => (ROLE_ACTIONS[role] as readonly Action[]).includes(action)).join(' or ');
export const whoMay = (action: Operation['action']): string => (action === 'anybody' ? 'anybody, without a token' : action === 'known' ? 'anybody who is known' : action === 'view' ? 'every role' : LEAST_ROLE(action));

const problem = (description: string): Json => ({ description, content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } } });

function responses(operation: Operation): Json {
  const { method, status, answer, guarded } = operation;
  return {
    [status]: {
      description: operation.summary,
      headers: { ...(method === 'GET' || guarded ? { ETag: { schema: { type: 'string' } } } : {}), ...(operation.paged ? { Link: { description: 'The next part: <...>; rel="next"', schema: { type: 'string' } } } : {}) },
      content: { 'application/json': { schema: schemaOf(answer, 'output') } },
    },
    ...(method === 'GET' ? { 304: { description: 'As it was: `If-None-Match` names its ETag' } } : {}),
    400: problem('The request does not fit its schema'), 401: problem('No token, or one that nobody has'), 403: problem('Not allowed'), 404: problem('What was asked for is not there'), 405: problem('The path does not take this method'),
    ...(method === 'GET' ? {} : { 409: problem('Something else was faster, or is in the way'), 413: problem('Too large'), 422: problem('It cannot be done as it is asked for') }),
    ...(operation.action === 'anybody' && method !== 'GET' ? { 429: problem('Too many log-ins have failed; `Retry-After` says when to try again') } : {}),
    ...(guarded ? { 412: problem('It is not what `If-Match` names any more') } : {}), ...(operation.body === null ? {} : { 415: problem('The body is no JSON by its content type') }),
    503: problem('Something that is needed does not answer; the same request may succeed later'),
  };
}

const header = (name: string, description: string): Json => ({ name, in: 'header', required: false, description, schema: { type: 'string' } });

function parameters(operation: Operation): Json[] {
  const named = (place: 'path' | 'query', object: z.ZodObject): Json[] => {
    const { properties = {}, required = [] } = schemaOf(object, 'input') as { properties?: Record<string, Json>; required?: string[] };
    return Object.entries(properties).map(([name, schema]) => ({ name, in: place, required: place === 'path' || required.includes(name), schema: place === 'query' ? coerced(schema) : schema }));
  };
  return [
    ...named('path', operation.params), ...named('query', operation.query),
    ...(operation.method === 'GET' ? [header('If-None-Match', 'The ETag of what is there already')] : []),
    ...(operation.guarded ? [header('If-Match', 'The ETag of the desired state that was seen')] : []),
    ...(operation.method === 'POST' && !operation.secret ? [header('Idempotency-Key', 'The same key again within 24 hours gets the same answer')] : []),
  ];
}

/** What is made a number of its text says so. */
const coerced = (schema: Json): Json => (schema['type'] === undefined && (schema['minimum'] !== undefined || typeof schema['default'] === 'number') ? { ...schema, type: 'integer' } : schema);

function pathItem(operation: Operation): Json {
  return {
    operationId: operation.id, tags: [operation.tag], summary: operation.summary, description: `Who may: ${whoMay(operation.action)}.`, parameters: parameters(operation),
    ...(operation.action === 'anybody' ? { security: [] } : {}),
    ...(operation.body === null ? {} : { requestBody: { required: true, content: { 'application/json': { schema: schemaOf(operation.body, 'input') } } } }),
    responses: responses(operation),
  };
}

/** `/v1/services/:service` -> `/v1/services/{service}`. */
const template = (path: string): string => path.replaceAll(/:([a-z]+)/g, '{$1}');

export function openapiDocument(): Json {
  const paths: Record<string, Record<string, Json>> = {};
  for (const operation of OPERATIONS) (paths[template(operation.path)] ??= {})[operation.method.toLowerCase()] = pathItem(operation);
  return {
    openapi: '3.1.0',
    info: { title: 'Slipway', version: '1', description: 'The API of the deployment control plane. docs/api.md tells it in words.', license: { name: 'Apache-2.0', identifier: 'Apache-2.0' } },
    security: [{ token: [] }],
    paths,
    components: { securitySchemes: { token: { type: 'http', scheme: 'bearer' } }, schemas: Object.fromEntries(Object.entries(DOCUMENTS).map(([name, schema]) => [name, documentSchema(name, schema)])) },
  };
}
