/**
 * Signed, distinct push deliveries at a fixed rate, whether or not earlier ones are answered (an open loop), against an installation from
 * dist/. The time counts from the moment a delivery was due. Afterwards every delivery must have its record; in the last run an outcome too, once
 * git has read all the pushes.
 */
import { execFileSync } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { readFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { signHub } from '../../src/domain/signature.ts';
import { type Bench, percentile, median, withSpread } from './figures.ts';
import { type Installation, manifestOf, startInstallation } from './installation.ts';
import { pause, until } from './waiting.ts';

const PER_SECOND = 200;
const SECONDS = 10;
const RUNS = 5;
const GOAL_MS = 50;
/** A control plane that has just started compiles its code with its first requests. */
const WARM_SECONDS = 0.5;
/** Reading 2,000 pushes of one repository takes git a while, as it is asked one question at a time; nothing is timed then. */
const DECIDED_WAIT_MS = 300_000;

const ENVIRONMENTS = `environments:
  - { name: production, kind: production, wave: 1, zones: [a] }
`;

interface Repository {
  readonly url: string;
  readonly commit: string;
}

/** A bare repository with one service in it, registered. */
async function repositoryOf(installation: Installation): Promise<Repository> {
  const [work, url] = [join(installation.home.root, 'bench-work'), join(installation.home.root, 'bench.git')];
  const git = (...args: string[]) => execFileSync('git', args, { encoding: 'utf8' }).trim();
  await mkdir(work);
  git('init', '-q', '-b', 'main', work);
  await writeFile(join(work, 'slipway.yaml'), manifestOf('bench-webhook', 1));
  git('-C', work, 'add', '-A');
  git('-C', work, '-c', 'user.email=bench@example.com', '-c', 'user.name=bench', 'commit', '-qm', 'one');
  git('clone', '-q', '--bare', work, url);
  await installation.api('POST', '/v1/repositories', { url });
  return { url, commit: git('-C', work, 'rev-parse', 'HEAD') };
}

/** A push to a branch that releases nothing: admission reads the commit all the same. */
const pushOf = ({ url, commit }: Repository): Buffer =>
  Buffer.from(JSON.stringify({ ref: 'refs/heads/topic', before: commit, after: commit, deleted: false, repository: { clone_url: url }, pusher: { name: 'bench' } }));

interface Sent {
  readonly status: number;
  readonly afterMs: number;
}

/** Sends at fixed times; what is late is late from when it was due. */
async function load(installation: Installation, repository: Repository, name: string, seconds: number): Promise<Sent[]> {
  const body = pushOf(repository);
  const signature = signHub(readFileSync(installation.home.webhookSecret, 'utf8').trim(), body);
  const agent = new Agent({ keepAlive: true, maxSockets: 64 });
  const url = `${installation.address}/webhooks/github`;
  const began = performance.now() + 100;
  const one = async (index: number): Promise<Sent> => {
    const due = began + (index * 1000) / PER_SECOND;
    await pause(Math.max(0, due - performance.now()));
    const headers = { 'content-type': 'application/json', 'x-github-event': 'push', 'x-github-delivery': `${name}-${index}`, 'x-hub-signature-256': signature };
    const status = await new Promise<number>((resolve) => {
      request(url, { method: 'POST', agent, headers }, (answer) => answer.resume().on('end', () => resolve(answer.statusCode ?? 0))).on('error', () => resolve(0)).end(body);
    });
    return { status, afterMs: performance.now() - due };
  };
  const sent = await Promise.all(Array.from({ length: PER_SECOND * seconds }, (_, index) => one(index)));
  agent.destroy();
  return sent;
}

/** How many deliveries of one load have a record, and how many of these an outcome. */
function recorded(database: string, name: string): { records: number; decided: number } {
  const db = new DatabaseSync(database, { readOnly: true });
  try {
    const rows = db.prepare("SELECT json_extract(value, '$.outcome.kind') AS kind, count(*) AS count FROM items WHERE partition LIKE ? AND sort = 'delivery' GROUP BY kind").all(`delivery#${name}-%`);
    const countOf = (kind?: string) => rows.filter((row) => kind === undefined || row['kind'] === kind).reduce((sum, row) => sum + Number(row['count']), 0);
    return { records: countOf(), decided: countOf('decided') };
  } finally {
    db.close();
  }
}

interface Load {
  readonly times: readonly number[];
  /** Not acknowledged, or without a record right afterwards. */
  readonly missing: number;
  /** With an outcome, where it was waited for. */
  readonly decided: number | undefined;
}

/** One load on an installation of its own, so that no run meets the pushes that an earlier one left to be read. */
async function runOnce(name: string, seconds: number, untilDecided: boolean): Promise<Load> {
  const installation = await startInstallation(ENVIRONMENTS);
  try {
    const repository = await repositoryOf(installation);
    await load(installation, repository, 'warm', WARM_SECONDS);
    const sent = await load(installation, repository, name, seconds);
    const { records } = recorded(installation.home.state, name);
    const look = () => recorded(installation.home.state, name).decided;
    const decided = untilDecided ? await until('an outcome of every delivery', 500, DECIDED_WAIT_MS, async () => (look() === sent.length ? sent.length : undefined)).catch(look) : undefined;
    return { times: sent.map(({ afterMs }) => afterMs), missing: sent.filter(({ status }) => status !== 202).length + (sent.length - records), decided };
  } finally {
    await installation.stop();
  }
}

export const webhookBench: Bench = async ({ quick, say }) => {
  const [runs, seconds] = quick ? [1, 1] : [RUNS, SECONDS];
  const loads: Load[] = [];
  for (let run = 0; run < runs; run += 1) {
    const one = await runOnce(`run${run}`, seconds, run === runs - 1);
    loads.push(one);
    say(`webhook ${run + 1}/${runs}: p50 ${median(one.times).toFixed(1)} ms, p99 ${percentile(one.times, 0.99).toFixed(1)} ms, ${one.missing} of ${one.times.length} without a record`);
  }
  const slowest = loads.map(({ times }) => percentile(times, 0.99));
  const missing = loads.reduce((sum, load) => sum + load.missing, 0);
  const sent = loads.reduce((sum, load) => sum + load.times.length, 0);
  const [last] = loads.slice(-1);
  const undecided = (last?.times.length ?? Number.NaN) - (last?.decided ?? Number.NaN);
  const runsText = `${runs} of ${seconds} s`;
  return {
    rows: [
      { what: `webhook acknowledged at ${PER_SECOND}/s, p99`, ours: withSpread(median(slowest), slowest, 'ms'), peer: '', figure: median(slowest), goal: { kind: 'at most', value: GOAL_MS, unit: ' ms' }, runs: runsText },
      { what: 'deliveries refused, or without a record at once', ours: `${missing} of ${sent}`, peer: '', figure: missing, goal: { kind: 'at most', value: 0, unit: '' }, runs: runsText },
      { what: `deliveries without an outcome after ${DECIDED_WAIT_MS / 1000} s at most`, ours: `${undecided} of ${last?.times.length}`, peer: '', figure: undecided, goal: { kind: 'at most', value: 0, unit: '' }, runs: 'the last run' },
    ],
  };
};
