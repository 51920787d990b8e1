/** Secrets that Slipway itself reads, by small signed requests: acknowledging a webhook must not wait for large clients to load. */
import { signedSecretCalls } from '../../../adapters/aws/aws-secrets/signed-calls.ts';
import { createAwsSecrets } from '../../../adapters/aws/aws-secrets.ts';
import { createSignedCall } from '../../../adapters/aws/calls/signed-call.ts';
import { systemClock } from '../../../adapters/local/system-clock.ts';
import { processEnvironment, signingConfig } from '../../../config.ts';
import type { SecretSource } from '../../../ports/secrets.ts';
import type { Part } from '../../platform.ts';

let source: SecretSource | undefined;

export const secretSource = (): SecretSource => (source ??= createAwsSecrets({ calls: signedSecretCalls(createSignedCall(signingConfig(processEnvironment()))), clock: systemClock }));

export const secrets: Part<'secrets'> = async () => secretSource();
