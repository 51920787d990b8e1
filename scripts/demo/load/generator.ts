/** The load generator's process: a steady stream of requests over kept connections, in time whatever the answers take. */
import { Agent, get } from 'node:http';
import { Told, type PhaseCounts } from './counts.ts';

const CONNECTIONS = 32;
const ANSWER_WITHIN_MS = 10_000;
const TICK_MS = 5;
const SAID_CHARACTERS = 200;
const PATHS = ['/products', '/products/1', '/', '/products?tag=ink', '/products/4', '/products?text=pen'];

type Tally = Omit<PhaseCounts, 'p50Ms' | 'p99Ms'> & { latenciesMs: number[] };

const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
const tallies: Tally[] = [];
let sent = 0;
let underWay = 0;
let timer: NodeJS.Timeout | undefined;

function begin(phase: string): void {
  tallies.push({ phase, startedAt: Date.now(), requests: 0, failures: 0, requestsByVersion: {}, failuresByVersion: {}, reasons: {}, firstFailureAt: null, latenciesMs: [] });
}

/** A request belongs to the phase in which it was sent. */
function request(url: string, tally: Tally): void {
  const begun = performance.now();
  let over = false;
  underWay += 1;
  const done = (version: string, problem: string | null): void => {
    if (over) return;
    over = true;
    underWay -= 1;
    tally.requests += 1;
    tally.requestsByVersion[version] = (tally.requestsByVersion[version] ?? 0) + 1;
    tally.latenciesMs.push(performance.now() - begun);
    if (problem === null) return;
    tally.failures += 1;
    tally.firstFailureAt ??= Date.now();
    tally.failuresByVersion[version] = (tally.failuresByVersion[version] ?? 0) + 1;
    tally.reasons[problem] = (tally.reasons[problem] ?? 0) + 1;
  };
  const asked = get(url, { agent, timeout: ANSWER_WITHIN_MS }, (response) => {
    const version = String(response.headers['x-version'] ?? 'unknown');
    // What an answer that is no success says; the others are read and forgotten.
    let said = '';
    response.on('data', (chunk: Buffer) => {
      if (response.statusCode !== 200) said = `${said}${chunk.toString()}`.slice(0, SAID_CHARACTERS);
    });
    response.on('end', () => done(version, response.complete ? (response.statusCode === 200 ? null : `${response.statusCode} ${said.trim()}`) : 'cut off'));
    response.on('error', (error: NodeJS.ErrnoException) => done(version, error.code ?? error.message));
  });
  asked.on('timeout', () => asked.destroy(new Error('no answer in time')));
  asked.on('error', (error: NodeJS.ErrnoException) => done('none', error.code ?? error.message));
}

function start(url: string, requestsPerSecond: number): void {
  const begun = performance.now();
  timer = setInterval(() => {
    const due = ((performance.now() - begun) / 1000) * requestsPerSecond;
    for (; sent < due; sent += 1) {
      const tally = tallies.at(-1);
      if (tally !== undefined) request(`${url}${PATHS[sent % PATHS.length]}`, tally);
    }
  }, TICK_MS);
}

function counted({ latenciesMs, ...tally }: Tally): PhaseCounts {
  const sorted = latenciesMs.toSorted((one, other) => one - other);
  const at = (share: number): number | null => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? null;
  return { ...tally, p50Ms: at(0.5), p99Ms: at(0.99) };
}

const answer = (question: number): void => void process.send?.({ question, counts: tallies.map(counted) });

process.on('message', (message) => {
  const told = Told.parse(message);
  if (told.kind === 'start') start(told.url, told.requestsPerSecond);
  if (told.kind === 'phase') begin(told.phase);
  if (told.kind === 'count') answer(told.question);
  if (told.kind === 'end') {
    clearInterval(timer);
    const waiting = setInterval(() => {
      if (underWay > 0) return;
      clearInterval(waiting);
      answer(told.question);
      process.disconnect();
      agent.destroy();
    }, TICK_MS);
  }
});
// Ctrl-C reaches the whole terminal; the demo ends this process itself, after it has asked for the counts.
process.on('SIGINT', () => undefined);
process.on('disconnect', () => process.exit(0));
