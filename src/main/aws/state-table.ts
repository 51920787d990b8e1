/** The table of the packaged functions: all that a target needs of the platform, and a part of what others do. */
import { createSignedCall } from '../../adapters/aws/calls/signed-call.ts';
import { signedTable } from '../../adapters/aws/calls/signed-services.ts';
import { createDynamoStore } from '../../adapters/aws/dynamodb-store.ts';
import { randomIds } from '../../adapters/local/random-ids.ts';
import { systemClock } from '../../adapters/local/system-clock.ts';
import { recorded } from '../../app/state/recorded-store.ts';
import { awsConfig, processEnvironment, signingConfig } from '../../config.ts';
import type { ItemStore } from '../../ports/item-store.ts';

let call: ReturnType<typeof createSignedCall> | undefined;
let store: ItemStore | undefined;

/** Signed as the function's own role. */
export const signedCall = (): ReturnType<typeof createSignedCall> => (call ??= createSignedCall(signingConfig(processEnvironment())));

/** @throws InvalidInput naming a variable that is missing or malformed */
export const stateTable = (): ItemStore => (store ??= recorded(createDynamoStore({ call: signedTable(signedCall()), table: awsConfig(processEnvironment()).table }), { clock: systemClock, ids: randomIds }));
