/** Step 3: an instance is killed, and comes back. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import * as z from 'zod';
import { eventually } from '../eventually.ts';
import { aboutInstance, healthy, productionOf } from '../places.ts';
import { loadOf, type Stage } from '../stage.ts';

const PHASE = 'instance killed';
const LOOK_EVERY_MS = 20;
/** Long enough for requests that were under way to have failed. */
const AFTERWARDS_MS = 1000;

export async function killedInstance(stage: Stage): Promise<void> {
  const { checks, story, measured, installation } = stage;
  checks.step('3  An instance is killed (kill -9) and relaunched');
  const before = healthy(await productionOf(stage, 'catalog'));
  const [victim] = before;
  if (victim === undefined) throw new Error('no instance of catalog is healthy');
  const { pid } = await aboutInstance(victim);
  loadOf(stage).phase(PHASE);
  const killedAt = Date.now();
  process.kill(pid, 'SIGKILL');
  story.line(`kill -9 ${pid} (${victim.instance}, zone ${victim.zone})`);
  const patience = { withinMs: 30_000, everyMs: LOOK_EVERY_MS };
  const detectMs = (await eventually('the kill being noticed', patience, () => exitNoticed(installation.home.logs, victim.instance))) - killedAt;
  story.line(`noticed after ${Math.max(0, detectMs)} ms, as the control plane's log says`);
  const known = new Set(before.map(({ instance, address }) => `${instance} ${address}`));
  const [fresh, servingMs] = await eventually('a new instance', patience, async () => {
    const now = healthy(await productionOf(stage, 'catalog'));
    const found = now.find(({ instance, address }) => !known.has(`${instance} ${address}`));
    if (found === undefined || now.length < before.length) return undefined;
    const about = await aboutInstance(found);
    return [{ ...found, pid: about.pid }, Date.now() - killedAt] as const;
  });
  story.line(`serving again after ${Math.round(servingMs)} ms: process ${fresh.pid} (${fresh.instance}, zone ${fresh.zone})`);
  checks.that('a new process took its place', fresh.pid !== pid, `process ${pid} became ${fresh.pid}`);
  await pause(AFTERWARDS_MS);
  loadOf(stage).phase('after the relaunch');
  const { requests, failures } = await loadOf(stage).count(PHASE);
  checks.that('no request failed: the router tried those again elsewhere', requests > 0 && failures === 0, `${failures} of ${requests}`);
  measured.killedInstance = { detectMs, servingMs, requests, failures };
}

const Line = z.object({ at: z.iso.datetime(), instance: z.string(), change: z.literal('exited') });

/** When the control plane has noticed that an instance's process is gone, in milliseconds since the epoch. */
function exitNoticed(logs: string, instance: string): number | undefined {
  const lines = readFileSync(join(logs, 'control-plane.log'), 'utf8').split('\n').filter((line) => line.includes(instance));
  const found = lines.map((line) => Line.safeParse(parsed(line)).data).find((line) => line?.instance === instance);
  return found === undefined ? undefined : Date.parse(found.at);
}

/** The last line may be half written. */
function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
