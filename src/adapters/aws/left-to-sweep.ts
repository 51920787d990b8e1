/**
 * Cancelling builds and commands, and telling people, in functions that have no right to do it: it stays in the outbox, and the sweep,
 * which has it, carries it out within a minute.
 */
import { ProviderUnavailable } from '../../domain/errors.ts';
import type { Builder } from '../../ports/builder.ts';
import type { CommandRunner } from '../../ports/commands.ts';
import type { Notifier } from '../../ports/notifier.ts';

const left = (what: string) => (): Promise<never> => Promise.reject(new ProviderUnavailable(`${what} is left to the sweep of the outbox, which does it within a minute.`, { what }));

export const builderLeftToSweep: Pick<Builder, 'cancel'> = { cancel: left('Cancelling a build') };
export const commandsLeftToSweep: Pick<CommandRunner, 'cancel'> = { cancel: left('Cancelling commands') };
export const alertsLeftToSweep: Notifier = { send: left('Telling people') };
