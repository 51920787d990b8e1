/** What a recording takes of the traffic, and what it leaves out. */
import * as z from 'zod';

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;

/** Headers that say who somebody is or what they may: never recorded, whoever asks. */
export const NEVER_RECORDED = ['authorization', 'proxy-authorization', 'cookie', 'set-cookie', 'x-api-key', 'x-auth-token', 'x-csrf-token', 'x-xsrf-token', 'forwarded', 'x-forwarded-for', 'x-real-ip'] as const;

const HeaderName = z.string().regex(/^[a-z0-9!#$%&'*+.^_`|~-]{1,100}$/, 'the name of an HTTP header in lower case').refine((name) => !(NEVER_RECORDED as readonly string[]).includes(name), `a header that may be recorded; never ${NEVER_RECORDED.join(', ')}`);

export const RecordingRule = z.strictObject({
  /** Percent of the requests. */
  sample: z.number().min(0.1).max(100).default(10),
  /** The newest so many are kept. */
  requests: z.int().min(1).max(10_000).default(1000),
  seconds: z.number().min(1).max(86_400).default(600),
  methods: z.array(z.enum(METHODS)).min(1).default(['GET', 'HEAD']),
  /** Only these headers are kept. */
  headers: z.array(HeaderName).max(50).default(['accept', 'accept-language', 'content-type', 'user-agent']),
  /** json: bodies of JSON, with the values of secret names replaced. none: requests with a body are left out. */
  bodies: z.enum(['none', 'json']).default('none'),
});
export type RecordingRule = z.infer<typeof RecordingRule>;
