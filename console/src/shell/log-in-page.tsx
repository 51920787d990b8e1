/** Logging in: on the identity provider's page, by the address that `slipway console` prints, or with a token. */
import { useEffect, useState } from 'preact/hooks';
import { ask, messageOf } from '../api/client.ts';
import { logInWith } from '../api/log-in.ts';
import { beginLogIn, type Provider } from '../api/provider-log-in.ts';
import { ApiProblem } from '../api/problem.ts';
import { Icon } from '../parts/icon.tsx';

export function LogInPage({ refused }: { readonly refused: string | null }) {
  const [why, say] = useState(refused);
  useEffect(() => say(refused), [refused]);
  const [isAsking, asking] = useState(false);
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    const field = (event.currentTarget as HTMLFormElement).elements.namedItem('token') as HTMLInputElement;
    const token = field.value.trim();
    if (token === '') return;
    asking(true);
    try {
      await logInWith(token);
    } catch (error) {
      field.select();
      say(error instanceof ApiProblem && error.status === 401 ? 'Nobody has this token. Copy it whole; tokens that were taken away work no more.' : messageOf(error));
    } finally {
      asking(false);
    }
  };
  return (
    <main class="log-in">
      <h1><img src="/icon.svg" alt="" width="28" height="28" /> Slipway</h1>
      {why === null ? null : <div class="notice tone-bad" role="alert"><Icon tone="bad" /><p>{why}</p></div>}
      <WithProvider say={say} />
      <section>
        <h2>On the machine where it runs</h2>
        <p>Run <code>slipway console</code>. It prints an address that logs you in, once.</p>
      </section>
      <form onSubmit={(event) => void submit(event)}>
        <h2>With a token</h2>
        <label for="token">Your token</label>
        <input id="token" name="token" type="password" autocomplete="current-password" spellcheck={false} required aria-describedby="token-hint" />
        <p id="token-hint" class="hint">From <code>slipway token add NAME</code>, or of your identity provider. It stays in this tab, and is forgotten when the tab is closed.</p>
        <button class="primary" type="submit" disabled={isAsking}>{isAsking ? 'Logging in …' : 'Log in'}</button>
      </form>
    </main>
  );
}

/** Shown where environments.yaml names a provider to log in by. */
function WithProvider({ say }: { readonly say: (why: string) => void }) {
  const [provider, know] = useState<Provider | null>(null);
  useEffect(() => void ask('readLogIn', {}, { token: null }).then(({ value }) => know(value.provider), (error: unknown) => say(messageOf(error))), []);
  if (provider === null) return null;
  const begin = () => beginLogIn(provider).catch((error: unknown) => say(error instanceof Error ? error.message : String(error)));
  return (
    <section>
      <h2>With your company’s account</h2>
      <button class="primary" type="button" onClick={() => void begin()}>Log in at {new URL(provider.issuer).host}</button>
    </section>
  );
}
