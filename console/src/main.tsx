/** The console's entry: logs in by the address if it says so, then draws. */
import { render } from 'preact';
import { readBase } from './api/client.ts';
import { listen } from './api/live.ts';
import { redeemLogIn } from './api/log-in.ts';
import { completeLogIn, isProviderAnswer } from './api/provider-log-in.ts';
import { askOtherTabs, takeLogInToken } from './api/session.ts';
import { Console } from './shell/console.tsx';
import './styles/tokens.css';
import './styles/base.css';
import './styles/shell.css';
import './styles/parts.css';
import './styles/pages.css';

const root = document.getElementById('console') ?? document.body;
/** Logs in by the address when that says so; answers why it failed. */
async function byAddress(): Promise<string | null> {
  if (isProviderAnswer()) return completeLogIn();
  const given = takeLogInToken();
  if (given !== null) return redeemLogIn(given);
  await askOtherTabs();
  return null;
}

await readBase();
render(<Console refused={await byAddress()} />, root);
// A log-in address that is opened where the console is already only changes what is after the #.
addEventListener('hashchange', () => { if (location.hash.startsWith('#log-in')) void byAddress().then((refused) => render(<Console refused={refused} />, root)); });
void listen();
