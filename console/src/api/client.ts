/** Asks the API: typed by its contracts, every failure an ApiProblem. */
import { operations } from 'virtual:api';
import type { AnswerOf, InputOf, OperationId } from './operations.ts';
import { ApiProblem, problemOf, unreachable } from './problem.ts';
import { currentToken, forget } from './session.ts';

export interface Answer<T> {
  readonly value: T;
  readonly etag: string | null;
  /** Cursor of the next part of a list; null at its end. */
  readonly next: string | null;
}

export interface AskOptions {
  /** What was seen: a change of something else meanwhile is refused with 412. */
  readonly ifMatch?: string | undefined;
  /** The same for every attempt of one intent, so that none is carried out twice. */
  readonly idempotencyKey?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Instead of the token of this tab; null: none. */
  readonly token?: string | null | undefined;
}

interface Given {
  readonly params?: Readonly<Record<string, unknown>> | undefined;
  readonly query?: Readonly<Record<string, unknown>> | undefined;
  readonly body?: unknown;
}

let base = '';
/** Where the API is, when it is not where the console came from: `config.json` beside it says so. */
export async function readBase(): Promise<void> {
  const config: unknown = await fetch('/config.json').then((response) => (response.ok ? response.json() : null), () => null);
  const api = typeof config === 'object' && config !== null && 'api' in config ? config.api : '';
  base = typeof api === 'string' ? api.replace(/\/+$/, '') : '';
}

export const apiUrl = (path: string): string => `${base}${path}`;

/** The address of an operation: `/v1/services/:service` with its names and its query filled in. */
export function pathOf(id: OperationId, { params = {}, query = {} }: Given): string {
  const [, path = ''] = operations[id] ?? [];
  const filled = path.replaceAll(/:([a-z]+)/g, (_, name: string) => encodeURIComponent(String(params[name])));
  const search = new URLSearchParams(Object.entries(query).filter(([, value]) => value !== undefined && value !== '').map(([name, value]) => [name, String(value)]));
  return search.size === 0 ? filled : `${filled}?${search.toString()}`;
}

/** @throws ApiProblem */
export async function ask<K extends OperationId>(id: K, input: InputOf<K>, options: AskOptions = {}): Promise<Answer<AnswerOf<K>>> {
  const { body }: Given = input;
  const [method = 'GET'] = operations[id] ?? [];
  const token = options.token === undefined ? currentToken() : options.token;
  const response = await fetch(apiUrl(pathOf(id, input)), {
    method, redirect: 'error', credentials: 'omit', signal: options.signal ?? null, ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    headers: {
      accept: 'application/json', ...(token === null ? {} : { authorization: `Bearer ${token}` }), ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(options.ifMatch === undefined ? {} : { 'if-match': options.ifMatch }), ...(options.idempotencyKey === undefined ? {} : { 'idempotency-key': options.idempotencyKey }),
    },
  }).catch((error: unknown) => { throw options.signal?.aborted === true ? error : unreachable(error); });
  if (response.ok) return { value: (await response.json()) as AnswerOf<K>, etag: response.headers.get('etag'), next: nextOf(response) };
  const problem = await problemOf(response);
  if (problem.status === 401 && token !== null && options.token === undefined) forget(token);
  throw problem;
}

/** Every part of a list, told one after the other. @param sizes of the first part, which is seen soonest, and of the others */
export async function askAll<K extends OperationId>(id: K, input: InputOf<K>, sizes: { readonly first: number; readonly rest: number }, part: (items: AnswerOf<K>, isLast: boolean) => void, signal?: AbortSignal): Promise<void> {
  let cursor: string | null | undefined;
  do {
    const { query }: Given = input;
    const { value, next } = await ask(id, { ...input, query: { ...query, ...(cursor == null ? { limit: sizes.first } : { limit: sizes.rest, cursor }) } }, { signal });
    cursor = next;
    part(value, next === null);
  } while (cursor !== null);
}

function nextOf(response: Response): string | null {
  const path = /^<(\/v1\/[^>]*)>; rel="next"$/.exec(response.headers.get('link') ?? '')?.[1];
  return path === undefined ? null : new URL(path, 'http://api').searchParams.get('cursor');
}

export const messageOf = (error: unknown): string => (error instanceof ApiProblem ? error.message : `Something went wrong in the console itself: ${error instanceof Error ? error.message : String(error)}`);
