/**
 * Bundles, start, units and prices of the packaged functions, in one table: npm run bench:aws -- [ROW...] [--quick] [--json] [--busy]
 * Packages first. Exit 0: every goal was reached. 1: one was missed, or could not be measured. With --busy, for machines that do other work
 * too, starts are compared by processor time, and a bound on a time is shown and decides nothing.
 */
import { cpus, loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { type Bench, judged, type Report, type Row, table } from '../figures.ts';
import { bundlesBench } from './bundles.ts';
import { deploymentBench } from './deployment.ts';
import { passesBench } from './passes.ts';
import { startsBench } from './starts.ts';

const BENCHES: Readonly<Record<string, Bench>> = { bundles: bundlesBench, starts: startsBench, deployment: deploymentBench, passes: passesBench };
const { values: options, positionals } = parseArgs({ allowPositionals: true, options: { quick: { type: 'boolean', default: false }, json: { type: 'boolean', default: false }, busy: { type: 'boolean', default: false } } });
const unknown = positionals.filter((name) => !Object.hasOwn(BENCHES, name));
if (unknown.length > 0) {
  console.error(`There is no row ${unknown.join(', ')}. Rows: ${Object.keys(BENCHES).join(', ')}`);
  process.exit(2);
}

/** A machine that is busier than this measures its other work too. */
const QUIET_LOAD_MAX = 0.5;
const loadBefore = loadavg()[0] ?? Number.NaN;
const reports: Report[] = [];
for (const [name, bench] of Object.entries(BENCHES).filter(([name]) => positionals.length === 0 || positionals.includes(name))) {
  try {
    reports.push(await bench({ quick: options.quick, busy: options.busy, peers: '', say: (line) => void process.stderr.write(`${line}\n`) }));
  } catch (error) {
    process.stderr.write(`${name} failed: ${error instanceof Error ? error.stack ?? error.message : String(error)}\n`);
    reports.push({ rows: [{ what: name, ours: 'failed', peer: '', figure: Number.NaN, goal: null, runs: '' }] });
  }
}

const rows = reports.flatMap((report) => report.rows);
const remarks = [
  ...reports.flatMap((report) => report.remarks ?? []),
  ...(loadBefore > QUIET_LOAD_MAX ? [`NOT QUIET: the load was ${loadBefore.toFixed(2)} before the start (want ${QUIET_LOAD_MAX} at most): times say little.`] : []),
  ...(options.busy ? ['BUSY: starts are compared by processor time; bounds on times are shown, and decide nothing.'] : []),
  ...(options.quick ? ['QUICK: shows that the bench works, and says nothing of times.'] : []),
];
if (options.json) console.log(JSON.stringify({ at: new Date().toISOString(), loadBefore, rows: rows.map((row) => ({ ...row, judged: judged(row) })), remarks }));
else {
  console.log(`\n${new Date().toISOString()}  ${cpus().length} x ${cpus()[0]?.model ?? 'unknown processor'}, node ${process.version}, load ${loadBefore.toFixed(2)} before\n\n${table(rows)}\n`);
  for (const remark of remarks) console.log(remark);
}
const decides = (row: Row): boolean => !(options.busy && row.timed === true);
process.exitCode = rows.some((row) => judged(row) === 'not measured' || (judged(row) === 'MISSED' && decides(row))) ? 1 : 0;
process.exit();
