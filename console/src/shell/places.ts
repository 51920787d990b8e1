/** The pages that are in the navigation, in its order, each with its key after `g`. */
interface Place {
  readonly path: string;
  readonly label: string;
  readonly key: string;
}

export const PLACES: readonly Place[] = [
  { path: '/', label: 'Services', key: 's' },
  { path: '/approvals', label: 'Approvals', key: 'p' },
  { path: '/history', label: 'History', key: 'h' },
  { path: '/drift', label: 'Drift', key: 'd' },
  { path: '/alerts', label: 'Alerts', key: 'a' },
  { path: '/audit', label: 'Audit', key: 'u' },
  { path: '/delivery', label: 'Delivery', key: 'e' },
];

const LATER: Readonly<Record<string, string>> = { '/then': 'An environment as it was' };

/** What a page is called in the browser's tab and history, and by a screen reader that has come to it. */
export function titleOf(path: string): string {
  const [, list, name, more] = path.split('/');
  const own = (list === 'services' || list === 'pipelines') && name !== undefined && name !== '' ? `${more === 'compare' ? 'Compare releases of ' : ''}${name}` : LATER[path] ?? PLACES.find((place) => place.path === path)?.label;
  return own === undefined ? 'Slipway' : `${own} · Slipway`;
}

/** A service and a pipeline are found through the services. */
export const isHere = (place: string, path: string): boolean => (place === '/audit' && path === '/then' ? true : place === '/' ? path === '/' || path.startsWith('/services/') || path.startsWith('/pipelines/') : path === place || path.startsWith(`${place}/`));
