/** Turns a token that somebody shows into a session of this tab. */
import { ask, messageOf } from './client.ts';
import { ApiProblem } from './problem.ts';
import { logIn, logOut } from './session.ts';
import { forgetAnswers } from './query.ts';

/** A log-in token of `slipway console` works for minutes: it becomes a session, and is taken away at once. @returns why not, or null */
export async function redeemLogIn(token: string): Promise<string | null> {
  try {
    const session = await ask('openSession', { body: {} }, { token });
    logIn(session.value.token);
    await ask('closeSession', {}, { token });
    return null;
  } catch (error) {
    return error instanceof ApiProblem && error.status === 401 ? 'This log-in address was used already, or is too old. Run "slipway console" again.' : messageOf(error);
  }
}

/** A token of somebody's own. Where the control plane keeps no sessions (AWS), the token itself is held by the tab. @throws ApiProblem */
export async function logInWith(token: string): Promise<void> {
  try {
    logIn((await ask('openSession', { body: {} }, { token })).value.token);
  } catch (error) {
    if (!(error instanceof ApiProblem) || error.title !== 'NotSupported') throw error;
    await ask('readMe', {}, { token });
    logIn(token);
  }
}

/** Ends the session at the control plane too, where it keeps any. */
export async function endSession(): Promise<void> {
  await ask('closeSession', {}).catch(() => undefined);
  forgetAnswers();
  logOut();
}
