/** Who is here, and which page. */
import type { ComponentType } from 'preact';
import { lazy, Suspense } from 'preact/compat';
import { useEffect, useState } from 'preact/hooks';
import { MeContext } from '../api/permissions.ts';
import { useAnswer } from '../api/query.ts';
import { currentToken, hasEnded, onSessionChange } from '../api/session.ts';
import { OverviewPage } from '../pages/overview.tsx';
import { Loading, Refused } from '../parts/said.tsx';
import { followLinks, matched, useAddress, type PageProps } from '../router.ts';
import { Frame } from './frame.tsx';
import { LogInPage } from './log-in-page.tsx';

type Page = ComponentType<PageProps>;

/** What most come for is in the first load; each other page comes when it is opened. */
const later = (load: () => Promise<Page>): Page => lazy(async () => ({ default: await load() }));

const PAGES: readonly (readonly [pattern: string, page: Page])[] = [
  ['/', OverviewPage],
  ['/history', later(async () => (await import('../pages/history.tsx')).HistoryPage)],
  ['/services/:service/compare', later(async () => (await import('../pages/compare.tsx')).ComparePage)],
  ['/audit', later(async () => (await import('../pages/audit.tsx')).AuditPage)],
  ['/then', later(async () => (await import('../pages/then.tsx')).ThenPage)],
  ['/delivery', later(async () => (await import('../pages/delivery.tsx')).DeliveryPage)],
  ['/alerts', later(async () => (await import('../pages/alerts.tsx')).AlertsPage)],
  ['/drift', later(async () => (await import('../pages/drift.tsx')).DriftPage)],
  ['/services/:service', later(async () => (await import('../pages/service.tsx')).ServicePage)],
  ['/pipelines/:pipeline', later(async () => (await import('../pages/pipeline.tsx')).PipelinePage)],
  ['/approvals', later(async () => (await import('../pages/approvals.tsx')).ApprovalsPage)],
];

function pageOf(path: string): { readonly Page: Page; readonly names: Readonly<Record<string, string>> } | undefined {
  for (const [pattern, Page] of PAGES) {
    const names = matched(pattern, path);
    if (names !== undefined) return { Page, names };
  }
  return undefined;
}

const ENDED = 'Your log-in has ended: its time is over, or it was taken away. Log in again, and this page goes on where it was.';

/** @param refused why the log-in by the address failed */
export function Console({ refused }: { readonly refused: string | null }) {
  const [token, change] = useState(currentToken);
  useEffect(() => onSessionChange(() => change(currentToken())), []);
  useEffect(() => {
    addEventListener('click', followLinks);
    return () => removeEventListener('click', followLinks);
  }, []);
  return token === null ? <LogInPage refused={refused ?? (hasEnded() ? ENDED : null)} /> : <Inside key={token} />;
}

function Inside() {
  const address = useAddress();
  const me = useAnswer('readMe', {}, (change) => change.what === 'service');
  const found = pageOf(address.path);
  return (
    <MeContext.Provider value={me.value ?? null}>
      <Frame path={address.path}>
        {me.error !== undefined && me.value === undefined ? <Refused error={me.error} /> : found === undefined ? <NotHere path={address.path} /> : (
          <Suspense fallback={<Loading what="the page" />}><found.Page key={address.path} names={found.names} address={address} /></Suspense>
        )}
      </Frame>
    </MeContext.Provider>
  );
}

const NotHere = ({ path }: { readonly path: string }) => (
  <div class="page"><h1>There is no page {path}</h1><p>Perhaps the address was cut off. <a href="/">All services</a> are where everything begins.</p></div>
);
