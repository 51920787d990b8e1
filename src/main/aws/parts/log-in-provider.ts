/** The page of the identity provider, for the function that logs people in. */
import { systemClock } from '../../../adapters/local/system-clock.ts';
import { createLogInProvider } from '../../../adapters/oidc/log-in-provider.ts';
import type { LogInProvider } from '../../../ports/log-in-provider.ts';
import type { Part } from '../../platform.ts';

let provider: LogInProvider | undefined;

export const logInProvider: Part<'logInProvider'> = async () => (provider ??= createLogInProvider({ clock: systemClock }));
