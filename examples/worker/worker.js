// Sends letters: takes jobs from a folder, one at a time, and tells how it does at /metrics. The folder is the queue, so that the
// example needs nothing else; whoever renames a job first has it.
import { appendFileSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

const queue = process.env.QUEUE ?? 'queue';
const taken = join(queue, `taken-${process.pid}`);
mkdirSync(taken, { recursive: true });

const BOUNDS = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];
const counts = { handled: 0, failed: { malformed: 0, refused: 0 }, ages: BOUNDS.map(() => 0), ageSum: 0 };
let ending = false;

/** A job of somebody else by now is no job. */
function take(name) {
  try {
    renameSync(join(queue, name), join(taken, name));
    return join(taken, name);
  } catch {
    return undefined;
  }
}

function deliver({ to, text }) {
  if (typeof to !== 'string' || !to.includes('@')) throw new Error('refused');
  appendFileSync(join(queue, 'delivered.log'), `${JSON.stringify({ to, text, by: process.env.SLIPWAY_VERSION })}\n`);
}

function work(path) {
  const seconds = (Date.now() - statSync(path).ctimeMs) / 1000;
  try {
    deliver(JSON.parse(readFileSync(path, 'utf8')));
  } catch (error) {
    counts.failed[error instanceof SyntaxError ? 'malformed' : 'refused'] += 1;
  }
  counts.handled += 1;
  counts.ageSum += seconds;
  BOUNDS.forEach((bound, index) => { if (seconds <= bound) counts.ages[index] += 1; });
  rmSync(path);
}

function metrics() {
  return `# TYPE worker_handled counter
worker_handled_total ${counts.handled}
# TYPE worker_failed counter
${Object.entries(counts.failed).map(([name, count]) => `worker_failed_total{class="${name}"} ${count}`).join('\n')}
# TYPE worker_age_seconds histogram
${BOUNDS.map((bound, index) => `worker_age_seconds_bucket{le="${bound}"} ${counts.ages[index]}`).join('\n')}
worker_age_seconds_bucket{le="+Inf"} ${counts.handled}
worker_age_seconds_count ${counts.handled}
worker_age_seconds_sum ${counts.ageSum}
# EOF
`;
}

const server = createServer((request, response) => {
  if (request.url === '/metrics') return response.setHeader('content-type', 'application/openmetrics-text; version=1.0.0; charset=utf-8').end(metrics());
  response.statusCode = request.url === '/health' ? 200 : 404;
  return response.end();
}).listen(Number(process.env.PORT ?? 8083), process.env.HOST ?? '127.0.0.1');

// The job in hand is finished; the others are somebody else's.
process.on('SIGTERM', () => { ending = true; });

while (!ending) {
  const path = readdirSync(queue).filter((name) => name.endsWith('.job')).sort().map(take).find((found) => found !== undefined);
  if (path === undefined) await pause(20);
  else work(path);
}
rmSync(taken, { recursive: true });
server.close();
server.closeAllConnections();
