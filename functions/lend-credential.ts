/** Lends a run of a build or command the credential of its repository's git host, once, before a command of the service begins. */
import * as z from 'zod';
import { jobCredentials } from '#parts/job-credentials';
import { lendCredential } from '../src/app/lend-credential.ts';
import { useCaseHandler } from '../src/main/handler.ts';

export const Event = z.strictObject({ job: z.string().regex(/^[0-9a-z]{10,64}$/) });
export const handler = useCaseHandler(Event, lendCredential, { jobCredentials });
