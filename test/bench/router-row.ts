/** Runs router.ts as a program of its own and turns its answer into rows. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import * as z from 'zod';
import { type Bench, type Report, type Row, short } from './figures.ts';

const run = promisify(execFile);

const Side = z.object({ name: z.string(), perSecond: z.number(), spreadPercent: z.number(), p50Ms: z.number(), p99Ms: z.number(), failures: z.number() });
const Result = z.object({
  versions: z.record(z.string(), z.string()), quiet: z.boolean(), connections: z.number(), summary: z.array(Side), rssMb: z.number(),
  // JSON has no NaN: a peer that is not installed makes null.
  ratioNginx: z.number().nullable(), ratioHttpProxy: z.number().nullable(),
  weightChanges: z.object({ count: z.number(), meanMs: z.number(), requests: z.number(), failures: z.number() }),
});
type Result = z.infer<typeof Result>;

const rateOf = ({ summary }: Result, name: string): string => {
  const side = summary.find((known) => known.name === name);
  return side === undefined ? 'not installed' : `${Math.round(side.perSecond)} requests/s (spread ${side.spreadPercent.toFixed(0)} %)`;
};

function rowsOf(result: Result, runs: string): Row[] {
  const ours = rateOf(result, 'router');
  const slow = result.summary.find(({ name }) => name === 'router')?.p99Ms ?? Number.NaN;
  const { weightChanges } = result;
  return [
    { what: 'router beside nginx, 1 worker', ours, peer: rateOf(result, 'nginx'), figure: result.ratioNginx ?? Number.NaN, goal: { kind: 'at least', value: 0.45, unit: 'x' }, runs },
    { what: 'router beside npm http-proxy', ours, peer: rateOf(result, 'http-proxy'), figure: result.ratioHttpProxy ?? Number.NaN, goal: { kind: 'at least', value: 1.8, unit: 'x' }, runs },
    { what: `router p99 at ${result.connections} connections`, ours: `${short(slow)} ms`, peer: '', figure: slow, goal: { kind: 'at most', value: 5, unit: ' ms' }, runs },
    { what: `failures over ${weightChanges.count} weight changes under load`, ours: `${weightChanges.failures} of ${weightChanges.requests} requests`, peer: '', figure: weightChanges.failures, goal: { kind: 'at most', value: 0, unit: '' }, runs: `${short(weightChanges.meanMs)} ms a change` },
    { what: 'router resident under load', ours: `${result.rssMb.toFixed(0)} MB`, peer: '', figure: result.rssMb, goal: { kind: 'at most', value: 120, unit: ' MB' }, runs: '1 look' },
  ];
}

export const routerBench: Bench = async ({ quick }): Promise<Report> => {
  const [runs, seconds] = quick ? [1, 1] : [5, 4];
  const { stdout } = await run(process.execPath, [
    '--conditions=slipway-local', fileURLToPath(new URL('router.ts', import.meta.url)), '--json', '--runs', String(runs), '--seconds', String(seconds), ...(quick ? ['--changes', '50'] : []),
  ], { maxBuffer: 16 * 1024 * 1024 });
  const line = stdout.trim().split('\n').findLast((text) => text.startsWith('{'));
  if (line === undefined) throw new Error(`router.ts printed no result: ${stdout.slice(0, 500)}`);
  const result = Result.parse(JSON.parse(line));
  return { rows: rowsOf(result, `${runs} of ${seconds} s`), versions: result.versions, remarks: result.quiet ? [] : ['The router\'s bench says that the machine was not quiet: do not quote its ratios.'] };
};
