/**
 * All benches, one after the other, in one table: npm run bench -- [ROW...] [--quick] [--peers DIRECTORY] [--json]
 * Exit 0: every goal was reached. 1: one was missed, or could not be measured. Nothing runs beside anything else.
 */
import { execFileSync } from 'node:child_process';
import { cpus, loadavg, release, tmpdir, totalmem, type } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { apiBench } from './api.ts';
import { burstBench } from './burst.ts';
import { consoleBench } from './console.ts';
import { driftBench } from './drift-row.ts';
import { type Bench, judged, type Report, table } from './figures.ts';
import { killBench } from './kill.ts';
import { memoryBench } from './memory.ts';
import { mirrorBench } from './mirror.ts';
import { passBench } from './pass.ts';
import { pipelineBench } from './pipeline.ts';
import { missing, type Program } from './programs.ts';
import { routerBench } from './router-row.ts';
import { webhookBench } from './webhook.ts';

const BENCHES = { router: routerBench, mirror: mirrorBench, kill: killBench, burst: burstBench, pipeline: pipelineBench, webhook: webhookBench, drift: driftBench, memory: memoryBench, pass: passBench, api: apiBench, console: consoleBench } satisfies Record<string, Bench>;
type Name = keyof typeof BENCHES;
const NAMES = Object.keys(BENCHES) as Name[];
const NEEDED: Partial<Record<Name, readonly Program[]>> = { router: ['nginx', 'wrk'], mirror: ['nginx'] };

/** A machine that is busier than this before the start measures its other work too. */
const QUIET_LOAD_MAX = 0.5;

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: { quick: { type: 'boolean', default: false }, json: { type: 'boolean', default: false }, peers: { type: 'string', default: join(tmpdir(), 'slipway-bench-peers') } },
});
const unknown = positionals.filter((name) => !(NAMES as string[]).includes(name));
if (unknown.length > 0) {
  console.error(`There is no row ${unknown.join(', ')}. Rows: ${NAMES.join(', ')}`);
  process.exit(2);
}
const chosen = positionals.length > 0 ? NAMES.filter((name) => positionals.includes(name)) : NAMES;

const load = () => loadavg()[0] ?? Number.NaN;
const say = (line: string) => void process.stderr.write(`${line}\n`);

/** A bench that fails costs its own row only, and that row is not a pass. */
async function measure(name: Name): Promise<Report> {
  const without = missing(NEEDED[name] ?? []);
  if (without !== null) return unmeasured(name, without);
  try {
    return await BENCHES[name]({ quick: options.quick, peers: options.peers, say });
  } catch (error) {
    say(error instanceof Error ? error.stack ?? error.message : String(error));
    return unmeasured(name, error instanceof Error ? error.message : String(error));
  }
}

function unmeasured(name: Name, why: string): Report {
  say(`${name} could not be measured: ${why}`);
  return { rows: [{ what: name, ours: 'failed', peer: '', figure: Number.NaN, goal: null, runs: '' }], remarks: [`${name} could not be measured: ${why}`] };
}

const machine = `${cpus().length} x ${cpus()[0]?.model ?? 'unknown processor'}, ${Math.round(totalmem() / 1024 ** 3)} GiB, ${type()} ${release()}`;
const gitVersion = execFileSync('git', ['--version'], { encoding: 'utf8' }).trim().replace('git version ', '');
const loadBefore = load();
const reports: Report[] = [];
for (const name of chosen) {
  say(`${name}: load ${load().toFixed(2)}`);
  reports.push(await measure(name));
}

const rows = reports.flatMap((report) => report.rows);
const versions = Object.assign({ node: process.version, sqlite: process.versions['sqlite'] ?? 'unknown', git: gitVersion }, ...reports.map((report) => report.versions ?? {})) as Record<string, string>;
const remarks = [
  ...reports.flatMap((report) => report.remarks ?? []),
  ...(loadBefore > QUIET_LOAD_MAX ? [`NOT QUIET: the load was ${loadBefore.toFixed(2)} before the start (want ${QUIET_LOAD_MAX} at most). Run again on a machine that does nothing else before quoting these figures.`] : []),
  ...(options.quick ? ['QUICK: one or two short runs, which show that the bench works and say nothing of speed.'] : []),
];
if (options.json) console.log(JSON.stringify({ at: new Date().toISOString(), machine, loadBefore, versions, rows: rows.map((row) => ({ ...row, judged: judged(row) })), remarks }));
else {
  console.log(`\n${new Date().toISOString()}  ${machine}, load ${loadBefore.toFixed(2)} before`);
  console.log(Object.entries(versions).map(([name, version]) => `${name} ${version}`).join(', '));
  console.log(`Figures are medians with (least-greatest); a ratio is ours by the peer's, measured in turns in this run.\n\n${table(rows)}\n`);
  for (const remark of remarks) console.log(remark);
}
process.exitCode = rows.some((row) => ['MISSED', 'not measured'].includes(judged(row))) ? 1 : 0;
