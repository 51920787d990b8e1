/** The pages that are in the navigation, in its order, each with its key after `g`. */
interface Place {
  readonly path: string;
  readonly label: string;
  readonly key: string;
}

export const PLACES: readonly Place[] = [
  { path: '/', label: 'Services', key: 's' },
];

/** A service and a pipeline are found through the services. */
export const isHere = (place: string, path: string): boolean => (place === '/' ? path === '/' || path.startsWith('/services/') || path.startsWith('/pipelines/') : path === place || path.startsWith(`${place}/`));
