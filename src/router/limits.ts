/** Every bound of the router in one place, with units last in the names. */

export interface RouterLimits {
  /** A TCP connection to an instance must stand within this time. */
  readonly connectMs: number;
  /** An instance must begin to answer within this time after the request; undici checks about once a second. */
  readonly headersMs: number;
  /** Request line and headers together; more is answered with 431. */
  readonly headersBytes: number;
  /** Request target; more is answered with 414. */
  readonly urlBytes: number;
  /** After an answer that came before the end of the request's body, the rest is read and dropped for this time, so that the client can read the answer. */
  readonly lingerMs: number;
  /** Connections of clients that send nothing are closed after this time. */
  readonly keepAliveMs: number;
  /** Request line and headers on the fast path; requests with more of them take the other one. */
  readonly fastHeadBytes: number;
  /** Raw connections to an instance that nobody uses: closed after this time (or sooner, where the instance says so), and at most so many kept. */
  readonly idleUpstreamMs: number;
  readonly idleUpstreams: number;
  /** First and longest pause between looks at an instance that refused a connection. */
  readonly probeFirstMs: number;
  readonly probeLongestMs: number;
  /** At SIGTERM, requests under way have this long. */
  readonly shutdownMs: number;
  /** Connection attempts for one request, over different instances. */
  readonly attempts: number;
  /** Body of a control request. */
  readonly controlBytes: number;
  /** Counts of revisions that left a route are kept for this many of them, the youngest first. */
  readonly formerRevisions: number;
}

/** Raw connections are looked at this often: their time limits are late by up to this, and never early. */
export const SWEEP_MS = 500;

export const ROUTER_LIMITS: RouterLimits = {
  connectMs: 2_000,
  headersMs: 60_000,
  headersBytes: 16_384,
  urlBytes: 8_192,
  lingerMs: 2_000,
  keepAliveMs: 65_000,
  fastHeadBytes: 8_192,
  idleUpstreamMs: 4_000,
  idleUpstreams: 256,
  probeFirstMs: 100,
  probeLongestMs: 5_000,
  shutdownMs: 10_000,
  attempts: 3,
  controlBytes: 1_048_576,
  formerRevisions: 50,
};
