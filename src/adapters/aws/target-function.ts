/** A target as a Lambda function that is called by its name, for `slipway target test`. */
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { targetError, Thrown, type Send } from '../../contracts/own-target.ts';
import { ProviderUnavailable } from '../../domain/errors.ts';
import { callFault } from './call-fault.ts';

/** With the credentials and the region that the SDK finds. @throws what the function threw; Forbidden, ProviderUnavailable */
export function sendToFunction(name: string): Send {
  const client = new LambdaClient({});
  return async (request) => {
    const answer = await client.send(new InvokeCommand({ FunctionName: name, Payload: Buffer.from(JSON.stringify(request)) })).catch((error: unknown) => {
      throw callFault('Lambda', `invoke ${name}`, error);
    });
    const document = documentOf(answer.Payload === undefined ? '' : Buffer.from(answer.Payload).toString('utf8'));
    if (answer.FunctionError !== undefined) throw targetError(name, Thrown.safeParse(document).data ?? { errorType: answer.FunctionError, errorMessage: '' });
    if (document === undefined) throw new ProviderUnavailable(`${name} answered something else than JSON.`, { target: name });
    return document;
  };
}

function documentOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
