/**
 * Who is logged in: a token, held by this browser tab. sessionStorage belongs to one origin, the port included; a cookie on a
 * machine's own address would be sent to every service on every port of it (decisions 19 and "Sessions are made from what is no session").
 */
const KEY = 'slipway.token';

type Listener = () => void;
const listeners = new Set<Listener>();
/** Other tabs of the console: a new one asks those that are open, so that a link opened in a new tab is logged in. */
const tabs = 'BroadcastChannel' in globalThis ? new BroadcastChannel('slipway.session') : undefined;
type Message = { readonly kind: 'who' } | { readonly kind: 'token'; readonly token: string } | { readonly kind: 'log-out' };

let token: string | null = stored();
/** The last token was none any more: whoever sees the log-in page did not log out. */
let isRefused = false;

function stored(): string | null {
  try {
    return sessionStorage.getItem(KEY);
  } catch {
    return null;
  }
}

function keep(next: string | null): void {
  if (next === token) return;
  token = next;
  if (next !== null) isRefused = false;
  try {
    if (next === null) sessionStorage.removeItem(KEY);
    else sessionStorage.setItem(KEY, next);
  } catch {
    // Storage is off: the token lives as long as the page.
  }
  for (const listener of listeners) listener();
}

const say = (message: Message): void => tabs?.postMessage(message);

tabs?.addEventListener('message', ({ data }: MessageEvent<Message>) => {
  if (data.kind === 'who' && token !== null) say({ kind: 'token', token });
  if (data.kind === 'token' && token === null) keep(data.token);
  if (data.kind === 'log-out') keep(null);
});

export const currentToken = (): string | null => token;
export const logIn = (given: string): void => keep(given);

export function onSessionChange(listener: Listener): () => void {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

/** Takes the token out of every tab. */
export function logOut(): void {
  keep(null);
  say({ kind: 'log-out' });
}

/** Only this tab: the token is none any more, and other tabs find that out by themselves. */
export const forget = (refused: string): void => {
  if (token !== refused) return;
  isRefused = true;
  keep(null);
};

/** Whether the control plane ended the log-in, and not this browser. */
export const hasEnded = (): boolean => isRefused;

const OTHER_TABS_WITHIN_MS = 150;

/** Asks the other tabs, if this one has no token; resolves when one has answered, or none has. */
export function askOtherTabs(): Promise<void> {
  if (token !== null || tabs === undefined) return Promise.resolve();
  return new Promise((resolve) => {
    const stop = onSessionChange(() => { stop(); resolve(); });
    setTimeout(() => { stop(); resolve(); }, OTHER_TABS_WITHIN_MS);
    say({ kind: 'who' });
  });
}

/** The log-in token of an address that `slipway console` printed, taken out of the address and the history at once; null without one. */
export function takeLogInToken(): string | null {
  const found = /^#log-in=([\x21-\x7e]{1,16384})$/.exec(location.hash)?.[1];
  if (location.hash.startsWith('#log-in')) history.replaceState(null, '', location.pathname + location.search);
  return found ?? null;
}
