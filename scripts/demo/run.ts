/** Sets the stage, plays the steps, reports, and clears up whatever happens. */
import { execFile } from 'node:child_process';
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import * as z from 'zod';
import { apiOf } from './api.ts';
import { createChecks, type Checks } from './checks.ts';
import { endInstallation, startInstallation, type Installation } from './installation.ts';
import { healthy, statuses, versionOf } from './places.ts';
import { printReport, type Measured, type Report } from './report.ts';
import { createRepository } from './repository.ts';
import { tellTo, type Story } from './say.ts';
import type { Stage } from './stage.ts';
import { badRelease } from './story/bad-release.ts';
import { firstRelease } from './story/first-release.ts';
import { goodRelease } from './story/good-release.ts';
import { killedControlPlane } from './story/killed-control-plane.ts';
import { killedInstance } from './story/killed-instance.ts';
import { repeatedPush } from './story/repeated-push.ts';

const STEPS = [firstRelease, goodRelease, killedInstance, badRelease, killedControlPlane, repeatedPush];
/** As long as the story takes, whoever opens the console is let in. */
const LOG_IN_SECONDS = 300;
const LogIn = z.object({ link: z.string() });
const EXAMPLES = join(import.meta.dirname, '..', '..', 'examples');

interface Options {
  readonly json: boolean;
  readonly keep: boolean;
}

/** Answers the exit code: 0 when all held, 1 when not, 130 after Ctrl-C. */
export async function runDemo({ json, keep }: Options): Promise<number> {
  const story = tellTo(json ? process.stderr : process.stdout, process.env);
  const checks = createChecks(story);
  const directory = realpathSync(mkdtempSync(join(tmpdir(), 'slipway-demo-')));
  const measured: Measured = {};
  let stage: Stage | undefined;
  let starting: Promise<Installation> | undefined;
  let error: string | null = null;
  let outcome: Pick<Report, 'phases' | 'services'> = { phases: [], services: [] };
  const skipped: string[] = [];
  const interrupted = interruption();
  try {
    story.plain(`Slipway on ${process.platform} with Node ${process.version}, in ${directory}`);
    await Promise.race([interrupted.promise, (async () => {
      starting = startInstallation(directory, process.env);
      stage = await setStage(directory, await starting, { story, checks, measured, skipped });
      for (const step of STEPS) await step(stage);
      outcome = await lookBack(stage);
    })()]);
  } catch (failure) {
    error = failure instanceof Error ? failure.message : String(failure);
    writeFileSync(join(directory, 'error.txt'), failure instanceof Error ? failure.stack ?? failure.message : error);
    // What is only half up cannot be ended.
    await starting?.catch(() => undefined);
  }
  await clearUp({ stage, directory, checks, story, failed: error !== null });
  const ok = error === null && checks.all.length > 0 && checks.all.every((check) => check.ok);
  const report: Report = { ok, seconds: story.elapsedMs() / 1000, directory, platform: process.platform, node: process.version, skipped, error, measured, ...outcome, checks: checks.all };
  printReport(story, report);
  if (json) process.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
  if (ok && !keep) rmSync(directory, { recursive: true, force: true });
  else story.plain(`Everything is kept in ${directory}; the logs are in ${join(directory, 'slipway', 'logs')}`);
  return interrupted.happened() ? 130 : ok ? 0 : 1;
}

/** The first signal, or a failure that nobody waited for, ends the story in order; clearing up then goes on whatever comes. */
function interruption(): { promise: Promise<never>; happened: () => boolean } {
  let happened = false;
  const promise = new Promise<never>((_resolve, reject) => {
    process.on('uncaughtException', reject);
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.on(signal, () => {
        happened = true;
        reject(new Error(`ended by ${signal}`));
      });
    }
  });
  promise.catch(() => undefined);
  return { promise, happened: () => happened };
}

interface Setting {
  readonly story: Story;
  readonly checks: Checks;
  readonly measured: Measured;
  readonly skipped: string[];
}

async function setStage(directory: string, installation: Installation, { story, checks, measured, skipped }: Setting): Promise<Stage> {
  story.line(`control plane at ${installation.address}, router and supervisor beside it`);
  const python = await hasPython();
  if (!python) skipped.push('examples/clock: python3 is not installed here');
  const place = { directory, examples: EXAMPLES, home: installation.home, path: process.env.PATH ?? '/usr/local/bin:/usr/bin:/bin' };
  const api = apiOf(installation.home, installation.slack);
  const { link } = LogIn.parse(await api.post('/v1/log-in-links', { seconds: LOG_IN_SECONDS }));
  story.line(`watch it in a browser: ${installation.address}/#log-in=${link} (logs in once)`);
  const [shop, files, clock] = await Promise.all([createRepository('shop', place), createRepository('files', place), python ? createRepository('clock', place) : null]);
  return { story, checks, measured, installation, api, repositories: { shop, files, clock }, load: undefined };
}

/** On macOS a python3 may be there that only offers to install one; so it is run. */
async function hasPython(): Promise<boolean> {
  return promisify(execFile)('python3', ['-c', 'import http.server'], { timeout: 10_000 }).then(() => true, () => false);
}

async function lookBack(stage: Stage): Promise<Pick<Report, 'phases' | 'services'>> {
  const phases = (await stage.load?.end()) ?? [];
  stage.load = undefined;
  const services = (await statuses(stage)).flatMap(({ service, places }) => places.map((place) => ({
    service: service.name, environment: place.environment, version: versionOf(place) ?? '-', healthy: healthy(place).length, weights: place.observed?.weights ?? {}, url: place.observed?.endpoint ?? null,
  })));
  return { phases, services };
}

async function clearUp({ stage, directory, checks, story, failed }: { stage: Stage | undefined; directory: string; checks: Checks; story: Story; failed: boolean }): Promise<void> {
  if (!failed) checks.step('The end: everything stops');
  stage?.load?.kill();
  const killed = await endInstallation(directory);
  if (!failed) checks.that('nothing is left running', killed === 0, killed === 0 ? 'all processes have ended by themselves' : `${killed} had to be killed`);
  else if (killed > 0) story.line(`${killed} processes had to be killed`);
}
