/** The calls for secrets as small signed requests. */
import type { SecretCalls } from '../aws-secrets.ts';
import type { SignedCall } from '../calls/signed-call.ts';

const TIMEOUT_MS = 5_000;
const headers = (target: string): Readonly<Record<string, string>> => ({ 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': target });

export const signedSecretCalls = (call: SignedCall): SecretCalls => ({
  getSecretValue: async (input) => JSON.parse((await call({ service: 'secretsmanager', path: '/', headers: headers('secretsmanager.GetSecretValue'), body: JSON.stringify(input), timeoutMs: TIMEOUT_MS })).text) as Awaited<ReturnType<SecretCalls['getSecretValue']>>,
  getParameter: async (input) => JSON.parse((await call({ service: 'ssm', path: '/', headers: headers('AmazonSSM.GetParameter'), body: JSON.stringify(input), timeoutMs: TIMEOUT_MS })).text) as Awaited<ReturnType<SecretCalls['getParameter']>>,
});
