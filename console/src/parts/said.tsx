/** What a page says while it has nothing else to show. */
import type { ComponentChildren } from 'preact';
import { messageOf } from '../api/client.ts';
import { ApiProblem } from '../api/problem.ts';
import type { Seen } from '../api/query.ts';
import { Icon } from './icon.tsx';

export const Loading = ({ what }: { readonly what: string }) => <p class="said" role="status">Loading {what} …</p>;

export const Refused = ({ error }: { readonly error: unknown }) => (
  <div class="notice tone-bad" role="alert"><Icon tone={error instanceof ApiProblem && error.mayPass ? 'warn' : 'bad'} /><p>{messageOf(error)}</p></div>
);

export const Nothing = ({ children }: { readonly children: ComponentChildren }) => <p class="said">{children}</p>;

/**
 * The answer, or what stands in its place; an answer that is old is shown on, with why there is no newer one.
 * @param title of a page that is this answer alone: without it the page has no other heading, nor a way back
 */
export function Shown<T>({ seen, what, title, children }: { readonly seen: Seen<T>; readonly what: string; readonly title?: string; readonly children: (value: T) => ComponentChildren }) {
  if (seen.value === undefined) {
    if (seen.error === undefined) return <Loading what={what} />;
    return title === undefined ? <Refused error={seen.error} /> : <><h1>{title}</h1><Refused error={seen.error} /><p><a href="/">All services</a></p></>;
  }
  return <>{seen.error === undefined ? null : <Refused error={seen.error} />}{children(seen.value)}</>;
}
