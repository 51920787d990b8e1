/** Times that stay true while a page is looked at. */
import { useEffect, useState } from 'preact/hooks';
import { ago, duration, exact } from '../text/time.ts';

const TICK_MS = 1000;
const watchers = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;

/** One clock for all of a page, and none while nobody looks. */
export function useNow(): number {
  const [now, tick] = useState(Date.now);
  useEffect(() => {
    const watcher = (): void => tick(Date.now());
    watchers.add(watcher);
    timer ??= setInterval(() => { if (!document.hidden) for (const tell of watchers) tell(); }, TICK_MS);
    return () => {
      watchers.delete(watcher);
      if (watchers.size > 0) return;
      clearInterval(timer);
      timer = undefined;
    };
  }, []);
  return now;
}

export const When = ({ at }: { readonly at: number }) => <time dateTime={new Date(at).toISOString()} title={exact(at)}>{ago(at, useNow())}</time>;

/** How long something took, or has been taking. @param until null while it goes on */
export const Took = ({ since, until }: { readonly since: number; readonly until: number | null }) => (until === null ? <Ticking since={since} /> : <span>{duration(Math.max(0, until - since))}</span>);
const Ticking = ({ since }: { readonly since: number }) => <span>{duration(Math.max(0, Math.floor((useNow() - since) / 1000) * 1000))}</span>;
