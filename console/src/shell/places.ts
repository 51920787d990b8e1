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

/** A service and a pipeline are found through the services. */
export const isHere = (place: string, path: string): boolean => (place === '/audit' && path === '/then' ? true : place === '/' ? path === '/' || path.startsWith('/services/') || path.startsWith('/pipelines/') : path === place || path.startsWith(`${place}/`));
