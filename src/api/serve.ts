/** Binds operations to use cases, and serves them: parse, ask whether it is allowed, run, answer. The only place that does. */
import type { Context } from 'hono';
import type * as z from 'zod';
import { authorize, rulesFor } from '../app/authorize.ts';
import { once } from '../app/once.ts';
import type { Holder } from '../app/sessions/holder.ts';
import type { Operation } from '../contracts/api/operation.ts';
import { InvalidInput, Unauthenticated, UnsupportedMediaType } from '../domain/errors.ts';
import type { Identity } from '../domain/ids.ts';
import { access, type Where } from '../domain/roles.ts';
import type { Ports } from '../ports/index.ts';
import { check } from './input.ts';
import { answered, type ApiEnvironment, notModified } from './routing.ts';
import { etagsOf } from './tags.ts';

type Parsed<T> = T extends z.ZodType ? z.output<T> : undefined;
type Plain = string | number | boolean | null | undefined;
/** What a use case answers may be read only. */
export type Frozen<T> = T extends Plain ? T : T extends readonly (infer U)[] ? readonly Frozen<U>[] : T extends object ? { readonly [K in keyof T]: Frozen<T[K]> } : T;

export interface Asked<P, Q, B> {
  readonly params: P;
  readonly query: Q;
  readonly body: B;
  /** Who asks, and by what token. */
  readonly holder: Holder;
  /** The same, without the token. */
  readonly by: Identity;
  /** The address that the request came from, as the gateway saw it; empty where that is not known. */
  readonly from: string;
  /** The tags of `If-Match`; absent: whatever is there. */
  readonly ifMatch: readonly string[] | undefined;
  /** Whether the caller may look at services of this team, in this environment or in any. */
  readonly sees: (team: string, environment?: string) => boolean;
}

export interface Answered<T> {
  readonly value: T;
  /** Cursor of the next part. */
  readonly next?: string | undefined;
  /** The resource's own tag; absent: that of the text. */
  readonly etag?: string;
}

export interface Binding {
  readonly operation: Operation;
  readonly serve: (ports: Ports, context: Context<ApiEnvironment>) => Promise<Response>;
}

type Run<A> = Promise<Answered<Frozen<A>>>;

/** @param where what permission is asked for, from the parsed request; nothing of `run` happens before it is given */
export function bind<P extends z.ZodObject, Q extends z.ZodObject, B extends z.ZodType, A extends z.ZodType>(
  operation: Operation<P, Q, B, A>,
  where: (ports: Ports, asked: { params: z.output<P>; query: z.output<Q>; body: Parsed<B> }) => Promise<Where> | Where,
  run: (ports: Ports, asked: Asked<z.output<P>, z.output<Q>, Parsed<B>>) => Run<z.output<A>>,
): Binding {
  return {
    operation,
    serve: async (ports, context) => {
      const holder = context.get('holder');
      // The middleware has refused whoever is nobody; an operation that came before it would be a mistake, and lets nobody in.
      if (holder === undefined || operation.action === 'anybody') throw new Unauthenticated('Nobody has shown who they are.');
      const by = holder.identity;
      const { text, ...parsed } = await parsedOf(operation, context);
      if (operation.action !== 'known') await authorize(ports)(by, operation.action, await where(ports, parsed));
      const rules = await rulesFor(ports, by);
      const sees = (team: string, environment?: string) => access(rules, by, 'view', { kind: 'place', team, environments: environment === undefined ? [] : [environment] }).allowed;
      const asked = { ...parsed, holder, by, from: fromOf(context), sees, ifMatch: ifMatchOf(operation, context) };
      const answer = async () => {
        const { value, next, etag } = await run(ports, asked);
        return answered(operation.status, value, { next: next === undefined ? undefined : nextPath(context, next), etag, secret: operation.secret });
      };
      if (operation.method === 'GET') return notModified(context, await answer());
      const key = context.req.header('idempotency-key');
      if (key === undefined) return (await answer()).response();
      if (operation.secret) throw new InvalidInput('The answer holds a secret that is kept nowhere, so it could not be given again. Send no Idempotency-Key here.');
      return (await once(ports)({ by, key, request: `${operation.method} ${context.req.path}\n${text}` }, answer)).response();
    },
  };
}

/** Binds an operation that anybody may ask for. It keeps no answer: it knows nobody by whom to keep it. */
export function bindOpen<P extends z.ZodObject, Q extends z.ZodObject, B extends z.ZodType, A extends z.ZodType>(
  operation: Operation<P, Q, B, A>, run: (ports: Ports, asked: { params: z.output<P>; query: z.output<Q>; body: Parsed<B>; from: string }) => Run<z.output<A>>,
): Binding {
  if (operation.action !== 'anybody') throw new TypeError(`${operation.id} asks who it is: bind it with bind()`);
  return {
    operation,
    serve: async (ports, context) => {
      const { text: _, ...parsed } = await parsedOf(operation, context);
      const { value } = await run(ports, { ...parsed, from: fromOf(context) });
      const answer = answered(operation.status, value, { next: undefined, etag: undefined, secret: operation.secret });
      return operation.method === 'GET' ? notModified(context, answer) : answer.response();
    },
  };
}

/** Absent where the app is asked without a gateway before it. */
const fromOf = (context: Context<ApiEnvironment>): string => (context.env as ApiEnvironment['Bindings'] | undefined)?.from ?? '';

async function parsedOf<P extends z.ZodObject, Q extends z.ZodObject, B extends z.ZodType, A extends z.ZodType>(operation: Operation<P, Q, B, A>, context: Context): Promise<{ text: string; params: z.output<P>; query: z.output<Q>; body: Parsed<B> }> {
  const text = operation.body === null ? '' : await bodyText(context);
  return { text, params: check(operation.params, context.req.param()), query: check(operation.query, context.req.query()), body: (operation.body === null ? undefined : check(operation.body, jsonOf(text))) as Parsed<B> };
}

async function bodyText(context: Context): Promise<string> {
  const type = context.req.header('content-type')?.split(';')[0]?.trim().toLowerCase();
  if (type !== undefined && type !== 'application/json') throw new UnsupportedMediaType(`A body of the type ${type.slice(0, 100)} is not taken. Send JSON: "Content-Type: application/json".`);
  return context.req.text();
}

/** No body at all is the empty object, for requests of which everything is optional. */
function jsonOf(text: string): unknown {
  if (text === '') return {};
  try {
    return JSON.parse(text);
  } catch {
    throw new InvalidInput('The body is no JSON.');
  }
}

function ifMatchOf(operation: Pick<Operation, 'guarded'>, context: Context): readonly string[] | undefined {
  const header = context.req.header('if-match');
  if (header === undefined || header === '*') return undefined;
  if (!operation.guarded) throw new InvalidInput('If-Match is not taken here: nothing that this request changes has an ETag.');
  return etagsOf(header);
}

function nextPath(context: Context, cursor: string): string {
  const query = new URLSearchParams(context.req.query());
  query.set('cursor', cursor);
  return `${context.req.path}?${query.toString()}`;
}
