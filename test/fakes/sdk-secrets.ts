/** The calls for secrets by the SDK's clients. */
import { GetSecretValueCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { GetParameterCommand, type SSMClient } from '@aws-sdk/client-ssm';
import type { SecretCalls } from '../../src/adapters/aws/aws-secrets.ts';

export const sdkSecretCalls = ({ secretsManager, ssm }: { readonly secretsManager: SecretsManagerClient; readonly ssm: SSMClient }): SecretCalls => ({
  getSecretValue: (input) => secretsManager.send(new GetSecretValueCommand(input)),
  getParameter: (input) => ssm.send(new GetParameterCommand(input)),
});
