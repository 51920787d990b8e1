/** Turns a token that somebody shows into a session of this tab. */
import { ask, messageOf } from './client.ts';
import { ApiProblem } from './problem.ts';
import { rememberLogOut } from './provider-log-in.ts';
import { logIn, logOut } from './session.ts';
import { forgetAnswers } from './query.ts';

/** What `slipway console` printed works once, and for minutes: it becomes a session. @returns why not, or null */
export async function redeemLogIn(link: string): Promise<string | null> {
  try {
    logIn((await ask('logIn', { body: { with: 'link', link } }, { token: null })).value.token);
    return null;
  } catch (error) {
    return messageOf(error);
  }
}

/** A token of somebody's own. One of an identity provider opens no session: it is held by the tab itself. @throws ApiProblem */
export async function logInWith(token: string): Promise<void> {
  try {
    logIn((await ask('openSession', { body: { client: 'console' } }, { token })).value.token);
  } catch (error) {
    if (!(error instanceof ApiProblem) || error.title !== 'NotSupported') throw error;
    await ask('readMe', {}, { token });
    logIn(token);
  }
}

/** Ends the session at the control plane too. */
export async function endSession(): Promise<void> {
  await ask('closeSession', {}).catch(() => undefined);
  rememberLogOut();
  forgetAnswers();
  logOut();
}
