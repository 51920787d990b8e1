/** What is around every page: the way to the others, whether it is live, who is logged in. */
import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { endSession } from '../api/log-in.ts';
import { useMe } from '../api/permissions.ts';
import { useAnswer } from '../api/query.ts';
import { Announcements } from './announce.tsx';
import { Connection } from './connection.tsx';
import { isHere, PLACES, titleOf } from './places.ts';
import { Palette } from './palette.tsx';
import { KeySheet, useShortcuts } from './shortcuts.tsx';
import { useTheme } from './theme.ts';

export function Frame({ path, children }: { readonly path: string; readonly children: ComponentChildren }) {
  const [sheet, showSheet] = useState(false);
  const [palette, showPalette] = useState(false);
  useShortcuts({ onSheet: () => showSheet(true), onPalette: () => showPalette(true) });
  const shown = useRef(path);
  useEffect(() => {
    document.title = titleOf(path);
    // The link that led here is gone: whoever goes by keyboard or listens begins at the page, not at the top of everything.
    if (shown.current !== path) document.getElementById('page')?.focus({ preventScroll: true });
    shown.current = path;
  }, [path]);
  return (
    <>
      <a class="skip" href="#page" onClick={(event) => { event.preventDefault(); document.getElementById('page')?.focus(); }}>Skip to the page</a>
      <header class="top">
        <a class="brand" href="/" aria-label="Slipway, all services"><img src="/icon.svg" alt="" width="20" height="20" /><span>Slipway</span></a>
        <nav aria-label="Pages">
          {PLACES.map((place) => <a key={place.path} href={place.path} aria-current={isHere(place.path, path) ? 'page' : undefined}>{place.label}{place.path === '/approvals' ? <Waiting /> : null}</a>)}
        </nav>
        <div class="tools">
          <Connection />
          <button type="button" class="quiet find" onClick={() => showPalette(true)}>Go to … <kbd>/</kbd></button>
          <ThemeButton />
          <button type="button" class="quiet" aria-label="Keyboard shortcuts" onClick={() => showSheet(true)}>?</button>
          <WhoAmI />
        </div>
      </header>
      <main id="page" tabIndex={-1}>{children}</main>
      <Announcements />
      {sheet ? <KeySheet close={() => showSheet(false)} /> : null}
      {palette ? <Palette close={() => showPalette(false)} /> : null}
    </>
  );
}

/** How many decisions wait, of those that may be seen. */
function Waiting() {
  const waiting = useAnswer('listApprovals', {}, ({ what }) => what === 'approval').value?.length ?? 0;
  return waiting === 0 ? null : <span class="count">{waiting}<span class="sr"> waiting</span></span>;
}

function ThemeButton() {
  const [theme, next] = useTheme();
  return <button type="button" class="quiet" onClick={next} aria-label={`Colours: ${theme}. Change them.`} title={`Colours: ${theme}`}>{theme === 'dark' ? '☾' : theme === 'light' ? '☀' : '◐'}</button>;
}

function WhoAmI() {
  const me = useMe();
  if (me === null) return null;
  const roles = [...new Set(me.grants.map(({ role }) => role))].join(', ') || 'no role';
  return <div class="me"><span title={roles}>{me.identity}<span class="sr"> ({roles})</span></span><button type="button" class="quiet" onClick={() => void endSession()}>Log out</button></div>;
}
