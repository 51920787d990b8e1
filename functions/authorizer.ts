/** Decides at the gateway who may call the API at all: a token that nobody has is refused before the API starts. */
import * as z from 'zod';
import { identities } from '#parts/identities';
import { useCaseHandler } from '../src/main/handler.ts';
import { authenticate } from '../src/app/authenticate.ts';

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-lambda-authorizer.html (payload format 2.0) */
export const Event = z.object({ identitySource: z.array(z.string().max(8192)).max(1).nullish().transform((sources) => ({ authorization: sources?.[0] })) }).transform(({ identitySource }) => identitySource);
export const handler = useCaseHandler(Event, authenticate, { identities });
