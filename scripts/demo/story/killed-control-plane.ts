/** Step 5: the control plane is killed in the middle of a rollout; services go on, and the pipeline does when it is back. */
import { Executions, type PipelineDetail } from '../answers.ts';
import { unlessAway } from '../api.ts';
import { approve } from '../approve.ts';
import { eventually } from '../eventually.ts';
import { candidateWeight, follow, inProduction } from '../follow.ts';
import { changedHistories, firstAfter, ranAgain, statesOf } from '../journal.ts';
import { productionOf, versionOf } from '../places.ts';
import { release, withPhases } from '../release.ts';
import { loadOf, type Stage } from '../stage.ts';

const NAME = 'third release';
const PHASE = 'control plane killed';

interface Kill {
  readonly at: number;
  readonly answeringMs: number;
  readonly before: Executions;
  readonly instances: number;
}

export async function killedControlPlane(stage: Stage): Promise<void> {
  const { checks } = stage;
  checks.step('5  The control plane is killed (kill -9) in the middle of a rollout');
  const { version, pipeline } = await release(stage, 'third');
  let kill: Kill | undefined;
  const untilKilled = withPhases(stage, NAME, (detail) => approve(stage, detail));
  const ended = await follow(stage, pipeline, async (detail) => {
    if (kill !== undefined) return;
    await untilKilled(detail);
    if (middleOfRollout(detail)) kill = await killIt(stage, pipeline);
  });
  loadOf(stage).phase('after the third release');
  if (kill === undefined) throw new Error('the rollout was over before the control plane could be killed');
  checks.that('the pipeline went on to its end', ended.pipeline.status.kind === 'succeeded' && versionOf(await productionOf(stage, 'catalog')) === version, `${ended.pipeline.status.kind}${ended.pipeline.status.reason === undefined ? '' : `: ${ended.pipeline.status.reason}`}`);
  await checkHistory(stage, pipeline, kill);
  const counts = (await loadOf(stage).counts()).filter(({ phase }) => phase === PHASE || phase.startsWith(NAME));
  const during = counts.find(({ phase }) => phase === PHASE);
  const failures = counts.reduce((sum, phase) => sum + phase.failures, 0);
  checks.that('no request failed', during !== undefined && during.requests > 0 && failures === 0, `${failures} failures, ${during?.requests} requests from the kill to the end`);
  const resumed = firstAfter(await stage.api.get(`/v1/pipelines/${pipeline}/history`, Executions), kill.at);
  stage.measured.controlPlane = { answeringMs: kill.answeringMs, resumedMs: (resumed ?? Number.NaN) - kill.at, requests: during?.requests ?? 0, failures: during?.failures ?? 0, instances: kill.instances };
}

/** The first batch has its traffic and is being watched; the last has not begun. */
function middleOfRollout(detail: PipelineDetail): boolean {
  const weight = candidateWeight(detail) ?? 0;
  return inProduction(detail)?.deployment.stage === 'rollout' && weight > 10 && weight < 100;
}

async function killIt(stage: Stage, pipeline: string): Promise<Kill> {
  const { story, installation, api, checks } = stage;
  const pid = await installation.pidOf('control-plane');
  const instances = await installation.instances();
  loadOf(stage).phase(PHASE);
  const before = await api.get(`/v1/pipelines/${pipeline}/history`, Executions);
  const at = Date.now();
  process.kill(pid, 'SIGKILL');
  story.line(`kill -9 ${pid}: the control plane, with ${instances.length} instances running`);
  const back = await eventually('the control plane to be back', { withinMs: 30_000, everyMs: 10 }, async () => {
    const now = await installation.pidOf('control-plane').catch(() => pid);
    return now !== pid && (await unlessAway(() => fetch(`${installation.address}/health`)))?.ok === true ? now : undefined;
  });
  const answeringMs = Date.now() - at;
  story.line(`process ${back} answers after ${answeringMs} ms`);
  const same = new Set((await installation.instances()).map((found) => `${found.pid} ${found.identity}`));
  const kept = instances.filter((found) => same.has(`${found.pid} ${found.identity}`)).length;
  checks.that('every instance is the same process as before', kept === instances.length && same.size === instances.length, `${kept} of ${instances.length}`);
  return { at, answeringMs, before, instances: instances.length };
}

async function checkHistory({ api, checks, measured }: Stage, pipeline: string, kill: Kill): Promise<void> {
  const history = await api.get(`/v1/pipelines/${pipeline}/history`, Executions);
  const events = kill.before.reduce((sum, execution) => sum + execution.events.length, 0);
  const changed = changedHistories(kill.before, history);
  checks.that('nothing that was written before the kill is lost or changed', events > 0 && changed.length === 0, changed.length === 0 ? `${events} events of ${kill.before.length} executions` : changed.join(', '));
  const again = ranAgain(history);
  checks.that('no state that had ended ran again', again.length === 0, again.length === 0 ? `${history.reduce((sum, execution) => sum + execution.events.length, 0)} events` : again.slice(0, 5).join(', '));
  const whole = measured.goodPipeline === undefined ? [] : statesOf(await api.get(`/v1/pipelines/${measured.goodPipeline}/history`, Executions));
  const states = statesOf(history);
  checks.that('the pipeline went through the same states as the release that nobody disturbed', states.length > 0 && JSON.stringify(states) === JSON.stringify(whole), `${states.length} states`);
}
