/** Addresses of the console's pages, over the browser's history. */
import { useEffect, useState } from 'preact/hooks';

export interface Address {
  readonly path: string;
  readonly query: URLSearchParams;
}

/** What every page is given. */
export interface PageProps {
  readonly names: Readonly<Record<string, string>>;
  readonly address: Address;
}
const CHANGED = 'slipway:address';
const here = (): Address => ({ path: location.pathname, query: new URLSearchParams(location.search) });

export function goTo(address: string, how: 'push' | 'replace' = 'push'): void {
  if (address === location.pathname + location.search) return;
  if (how === 'push') history.pushState(null, '', address);
  else history.replaceState(null, '', address);
  dispatchEvent(new Event(CHANGED));
  if (how === 'push') scrollTo(0, 0);
}

export function useAddress(): Address {
  const [address, change] = useState(here);
  useEffect(() => {
    const look = () => change(here());
    addEventListener(CHANGED, look);
    addEventListener('popstate', look);
    return () => { removeEventListener(CHANGED, look); removeEventListener('popstate', look); };
  }, []);
  return address;
}

/** Links of the console open without loading it again; with a modifier key, or to elsewhere, they are the browser's. */
export function followLinks(event: MouseEvent): void {
  if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  const link = event.target instanceof Element ? event.target.closest('a') : null;
  if (link === null || link.origin !== location.origin || link.target !== '' || link.hasAttribute('download') || link.hash !== '') return;
  event.preventDefault();
  goTo(link.pathname + link.search);
}

/** `/services/:service` against a path; undefined when it is another one. */
export function matched(pattern: string, path: string): Readonly<Record<string, string>> | undefined {
  const [wanted, given] = [pattern.split('/'), path.replace(/(?<=.)\/$/, '').split('/')];
  if (wanted.length !== given.length) return undefined;
  const names: Record<string, string> = {};
  for (const [index, part] of wanted.entries()) {
    const value = given[index] ?? '';
    if (!part.startsWith(':')) { if (part !== value) return undefined; } else if (value === '') return undefined; else names[part.slice(1)] = decoded(value);
  }
  return names;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** The page's address with some of its query changed; an empty value takes a name out. */
export function withQuery({ path, query }: Address, changes: Readonly<Record<string, string | null>>): string {
  const next = new URLSearchParams(query);
  for (const [name, value] of Object.entries(changes)) {
    if (value === null || value === '') next.delete(name);
    else next.set(name, value);
  }
  return next.size === 0 ? path : `${path}?${next.toString()}`;
}

export const serviceAddress = (service: string): string => `/services/${encodeURIComponent(service)}`;
export const pipelineAddress = (pipeline: string): string => `/pipelines/${encodeURIComponent(pipeline)}`;
