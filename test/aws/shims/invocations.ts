/** Lambda's Invoke for the functions of an installation: they run in this process, as Lambda documents what they throw. */
import { errorAnswer } from '../faults/answer.ts';
import type { Shim } from '../faults.ts';

/** https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html, https://docs.aws.amazon.com/lambda/latest/dg/nodejs-exceptions.html */
export const invocations = (functions: Readonly<Record<string, (payload: unknown) => Promise<unknown>>>): Shim => async (call, { body }) => {
  if (call.service !== 'lambda' || call.action !== 'Invoke' || !call.resource.startsWith('slipway-')) return undefined;
  const invoke = functions[call.resource];
  if (invoke === undefined) return errorAnswer('rest-json', { status: 404, code: 'ResourceNotFoundException', message: `Function not found: ${call.resource}` });
  const answer = (document: unknown, failed: Readonly<Record<string, string>> = {}) => ({ status: 200, headers: { 'content-type': 'application/json', ...failed }, body: Buffer.from(JSON.stringify(document)) });
  try {
    return answer(await invoke(JSON.parse(body.toString('utf8'))));
  } catch (error) {
    const { name, message } = error instanceof Error ? error : new Error(String(error));
    return answer({ errorType: name, errorMessage: message }, { 'x-amz-function-error': 'Unhandled' });
  }
};
