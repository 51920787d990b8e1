/** An HTTP request as API Gateway's HTTP API hands it to Lambda (payload format 2.0), as far as it is used. */
import * as z from 'zod';

export const HttpEvent = z.object({
  rawPath: z.string(),
  rawQueryString: z.string().default(''),
  headers: z.record(z.string(), z.string()).default({}),
  body: z.string().optional(),
  isBase64Encoded: z.boolean().default(false),
  requestContext: z.object({ http: z.object({ method: z.string(), sourceIp: z.string().max(100).default('') }) }),
});
export type HttpEvent = z.infer<typeof HttpEvent>;

export interface HttpAnswer {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** The body is bytes, in base64: API Gateway sends those on as they are. */
  readonly isBase64Encoded?: true;
}

/** The body's bytes as they were sent; form bodies come base64-encoded. */
export const bodyOf = (event: HttpEvent): Buffer => Buffer.from(event.body ?? '', event.isBase64Encoded ? 'base64' : 'utf8');

export const json = (statusCode: number, value: unknown): HttpAnswer => ({ statusCode, headers: { 'content-type': 'application/json' }, body: JSON.stringify(value) });

/** RFC 9457. */
export const problem = (statusCode: number, type: string, detail: string, evidence: Readonly<Record<string, unknown>> = {}): HttpAnswer =>
  ({ statusCode, headers: { 'content-type': 'application/problem+json' }, body: JSON.stringify({ type: `urn:slipway:error:${type}`, title: type, status: statusCode, detail, ...(Object.keys(evidence).length > 0 ? { evidence } : {}) }) });

const STATUS: Readonly<Record<string, number>> = {
  InvalidInput: 400, InvalidManifest: 422, Unauthenticated: 401, Forbidden: 403, NotFound: 404, MethodNotAllowed: 405, PreconditionFailed: 412, UnsupportedMediaType: 415, Conflict: 409, StaleGeneration: 409, LimitExceeded: 413, NotSupported: 422, ProviderUnavailable: 503, TooManyRequests: 429, ArtifactRefused: 422, IncompatibleSchema: 422, StorageFull: 507,
};

/** The answer for a typed error; anything else is 500 and says nothing of the inside. */
export function answerOfError(error: unknown): HttpAnswer {
  const name = error instanceof Error ? error.name : '';
  const status = STATUS[name];
  if (status === undefined || !(error instanceof Error)) return problem(500, 'Internal', 'Something went wrong inside. It is in the log of the control plane.');
  const { evidence } = error as { evidence?: Readonly<Record<string, unknown>> };
  const said = problem(status, name, error.message, evidence);
  return name === 'TooManyRequests' && typeof evidence?.['retryAfterSeconds'] === 'number' ? { ...said, headers: { ...said.headers, 'retry-after': String(evidence['retryAfterSeconds']) } } : said;
}
