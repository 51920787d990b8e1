/** What all routes share: who asks, and how answers are written. */
import type { Context, Hono } from 'hono';
import type { HttpAnswer } from '../contracts/http.ts';
import type { Holder } from '../app/sessions/holder.ts';
import { someMatch, tagOf } from './tags.ts';

export type ApiEnvironment = {
  /** The address that the request came from, as the gateway saw it. */
  Bindings: { from?: string };
  /** Absent where anybody may ask. */
  Variables: { holder?: Holder };
};
export type ApiApp = Hono<ApiEnvironment>;

/** An answer whose text is made once: it is tagged, kept for a repeated request, and sent. */
export interface Written extends HttpAnswer {
  readonly response: () => Response;
}

export function written(statusCode: number, headers: Readonly<Record<string, string>>, body: string): Written {
  return { statusCode, headers, body, response: () => new Response(body, { status: statusCode, headers: { ...headers } }) };
}

export function answered(status: number, value: unknown, more: { readonly next: string | undefined; readonly etag: string | undefined; readonly secret: boolean }): Written {
  const body = JSON.stringify(value);
  return written(status, {
    'content-type': 'application/json', 'cache-control': more.secret ? 'no-store' : 'private, no-cache', ...(more.next === undefined ? {} : { link: `<${more.next}>; rel="next"` }), ...(more.etag === undefined ? {} : { etag: more.etag }),
  }, body);
}

/** A read, with its tag; 304 without a body for whoever has it already. */
export function notModified(context: Context, answer: Written): Response {
  const etag = answer.headers['etag'] ?? tagOf(answer.body);
  const headers: Record<string, string> = { ...answer.headers, etag };
  const known = context.req.header('if-none-match');
  if (known !== undefined && someMatch(known, etag)) {
    const { 'content-type': _type, ...rest } = headers;
    return new Response(null, { status: 304, headers: rest });
  }
  return new Response(answer.body, { status: answer.statusCode, headers });
}
