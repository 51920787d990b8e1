/** Small services that tests really deploy: one file of JavaScript, and a manifest with short times. */

export interface Behaviour {
  /** Answered by GET /, so that a test sees which release serves. */
  readonly says: string;
  /** One request in so many fails with 500; 0: none. Health checks never do. */
  readonly failOneIn: number;
  /** The variable that names a file: while that is there, every request fails. */
  readonly failWhen: string;
  readonly startAfterMs: number;
  /** Ends by itself, with exit code 1, after so long; 0: never. */
  readonly crashAfterMs: number;
  readonly neverHealthy: boolean;
  /** Prints and answers this variable of its environment at /variable. */
  readonly variable: string;
}

const USUAL: Behaviour = { says: 'one', failOneIn: 0, failWhen: '', startAfterMs: 0, crashAfterMs: 0, neverHealthy: false, variable: '' };

/** The program. `failOneIn` counts the requests of one instance, so a share of failures is exact. */
export function program(behaviour: Partial<Behaviour> = {}): string {
  return `const behaviour = ${JSON.stringify({ ...USUAL, ...behaviour })};
let asked = 0;
const server = require('node:http').createServer((request, response) => {
  response.setHeader('x-pid', process.pid);
  response.setHeader('x-says', behaviour.says);
  if (request.url === '/health') { response.statusCode = behaviour.neverHealthy ? 503 : 200; return response.end(); }
  if (request.url === '/variable') return response.end(String(process.env[behaviour.variable] ?? ''));
  asked += 1;
  if (behaviour.failWhen !== '' && require('node:fs').existsSync(process.env[behaviour.failWhen])) { response.statusCode = 500; return response.end('failed'); }
  if (behaviour.failOneIn > 0 && asked % behaviour.failOneIn === 0) { response.statusCode = 500; return response.end('failed'); }
  response.end(behaviour.says);
});
setTimeout(() => server.listen(process.env.PORT, process.env.HOST), behaviour.startAfterMs);
if (behaviour.variable !== '') console.log('started with ' + behaviour.variable.length + ' letters of a name');
if (behaviour.crashAfterMs > 0) setTimeout(() => process.exit(1), behaviour.crashAfterMs);
process.on('SIGTERM', () => { server.close(() => process.exit(0)); server.closeIdleConnections(); });
`;
}

export type Manifest = Readonly<Record<string, unknown>>;

/** Failures decide. Latency does not: on a machine under load any process may be the slower one for a while. */
export const JUDGE = { minimumRequests: 5, maximumLatencyRatio: 100_000, onInconclusive: 'extend', extensions: 20 } as const;

/** JSON is YAML; a test states only what matters to it. Overrides replace whole fields. */
export function manifest(service: string, overrides: Manifest = {}): string {
  return JSON.stringify({
    service, team: 'shop', start: ['node', 'server.js'], instances: 2,
    health: { path: '/health', interval: '200ms', timeout: '2s', startWithin: '20s' },
    canary: { traffic: 10, duration: '1500ms', interval: '300ms', judge: JUDGE },
    rollout: { batches: [50, 100], watch: '300ms', interval: '150ms', drain: '1s' },
    approval: { approvers: ['anna', 'carl'] }, stopWithin: '2s',
    ...overrides,
  }, null, 2);
}

/** Without canary and questions: for tests about something else. */
export const QUICK: Manifest = { strategy: 'all-at-once', approval: { required: false }, rollout: { batches: [100], watch: 0, interval: '100ms', drain: 0 } };

/** The two files of a service in its folder. */
export const serviceFiles = (service: string, overrides: Manifest = {}, behaviour: Partial<Behaviour> = {}): Record<string, string> => ({
  [`${service}/slipway.yaml`]: manifest(service, overrides), [`${service}/server.js`]: program(behaviour),
});
