/** Finds pushes and runs of CI that no webhook told of; every five minutes. */
import * as z from 'zod';
import { gitHosts } from '#parts/git-hosts';
import { sources } from '#parts/sources';
import { sweepRepositories } from '../src/app/sweep-repositories.ts';
import { useCaseHandler } from '../src/main/handler.ts';

/** Nothing of a schedule's event is used. */
export const Event = z.object({}).transform(() => ({}));
export const handler = useCaseHandler(Event, sweepRepositories, { gitHosts, sources });
