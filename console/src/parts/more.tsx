/** The end of a list: there is more, or there is more than is ever shown. */
import type { Growing } from '../api/growing.ts';

export function More({ of: { more, isCut }, shown }: { readonly of: Pick<Growing<unknown>, 'more' | 'isCut'>; readonly shown: number }) {
  if (more !== null) return <p class="more"><button type="button" onClick={more}>Show more</button> <span class="hint">{shown} are shown</span></p>;
  return isCut ? <p class="hint">The first {shown} are shown. Narrow the list with the filters to see others.</p> : null;
}
