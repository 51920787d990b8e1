/** A target that answers over HTTP: a verb is POSTed as JSON, and so is its result. */
import { targetError, Thrown, type Send } from '../../../contracts/own-target.ts';
import { LimitExceeded, ProviderUnavailable } from '../../../domain/errors.ts';

/** As much as Lambda answers; https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const ANSWER_BYTES_MAX = 6 * 1024 ** 2;
/** Shorter than the state that waits for it. */
const TIMEOUT_MS = 55_000;

/** @throws ProviderUnavailable when nothing, or nothing of use, answers; LimitExceeded; what the target says it failed with */
export function sendToAddress(target: string, url: string): Send {
  return async (request) => {
    const answer = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(request), redirect: 'error', signal: AbortSignal.timeout(TIMEOUT_MS) }).catch((error: unknown) => {
      throw new ProviderUnavailable(`The target "${target}" did not answer at ${url}: ${reason(error)}. Start it, or correct its address.`, { target }, { cause: error });
    });
    const document = documentOf(await textOf(target, answer));
    const thrown = Thrown.safeParse(document);
    if (thrown.success) throw targetError(target, thrown.data);
    if (!answer.ok || document === undefined) throw new ProviderUnavailable(`The target "${target}" answered ${answer.status} at ${url}, and no result or {"errorType", "errorMessage"} with it.`, { target, status: answer.status });
    return document;
  };
}

const reason = (error: unknown): string => (error instanceof Error ? [error.message, error.cause instanceof Error ? error.cause.message : ''].filter((part) => part !== '').join(': ') : String(error));

async function textOf(target: string, { body }: Response): Promise<string> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of body ?? []) {
    bytes += part.length;
    if (bytes > ANSWER_BYTES_MAX) throw new LimitExceeded(`The target "${target}" answered more than ${ANSWER_BYTES_MAX} bytes.`, { target });
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}

function documentOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
