/** A request of the API, of a git host or of Slack as the beginning of a trace, or as a part of its sender's. */
import { answerOfError, type HttpAnswer, type HttpEvent } from '../../contracts/http.ts';
import { readTraceParent } from '../../domain/trace/trace-parent.ts';
import { about, subject } from '../subject.ts';
import { attributesOf } from './attributes.ts';
import { inSpan, work } from './work.ts';

/** Whoever is nobody, or asks for what is not there, has changed nothing: a flood of such requests crowds no other spans out. */
const UNTOLD_STATUSES = [401, 404, 405, 413];
const READS = ['GET', 'HEAD'];

/**
 * Requests that only read have a span where their sender records one of its own: the console looks again and again.
 * @param operation what it asks for, without names
 */
export async function inRequest(event: HttpEvent, operation: string, run: () => Promise<HttpAnswer>): Promise<HttpAnswer> {
  const sender = readTraceParent(event.headers['traceparent']);
  const { method } = event.requestContext.http;
  if (work() !== undefined || (READS.includes(method) && sender?.isSampled !== true)) return run();
  const attributes = { ...attributesOf(subject()), 'http.request.method': method, 'http.route': operation };
  return inSpan({ name: `${method} ${operation}`, kind: 'server', attributes, parent: sender }, async (span) => {
    const answered = (status: number): void => {
      span.say({ 'http.response.status_code': status });
      if (UNTOLD_STATUSES.includes(status)) span.drop();
    };
    try {
      const said = await about({ ...subject(), traceId: span.trace }, run);
      answered(said.statusCode);
      if (said.statusCode >= 500) span.fail({ name: String(said.statusCode), message: 'The answer says what went wrong.' });
      return said;
    } catch (error) {
      answered(answerOfError(error).statusCode);
      throw error;
    }
  });
}
