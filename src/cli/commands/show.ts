/** `slipway show`: one pipeline with all that is known of it. */
import { Executions, PipelineDetail, type DeploymentDetail } from '../answers/pipeline.ts';
import { pipelineId } from '../arguments.ts';
import type { Client } from '../client.ts';
import { outcomeText, styled, viewLines } from '../progress/describe.ts';
import { viewOf } from '../../contracts/progress/view.ts';
import { example, runs, type Host, type Session } from '../session.ts';
import { cut, table } from '../text/cells.ts';
import { evidenceLines } from '../text/evidence-lines.ts';
import { ago, clockTime, span } from '../text/time.ts';
import type { Style } from '../text/style.ts';
import { approvalLines } from './approval-lines.ts';
import { parallelRunLines } from './parallel-run-lines.ts';

/** Of a commit's subject; --json has all of it. */
const SUBJECT_CELLS = 80;

export function addShow(host: Host): void {
  const command = host.program.command('show').summary('one pipeline in detail').helpGroup('Releases:')
    .description('Shows a pipeline: its stages, instances, weights, the judge\'s evidence, what a parallel run found, tests, gates and approvals. With --events: the execution history of its state machines.')
    .argument('<pipeline>', 'the pipeline, for example catalog-7', pipelineId).option('--events', 'the execution history');
  example(command, 'slipway show catalog-7', 'slipway show catalog-7 --events');
  runs<{ events?: boolean }>(host, command, async (session, { events }, pipeline) => {
    const client = await session.connect();
    if (events === true) return showEvents(session, client, pipeline ?? '');
    const { value, raw, clockAheadMs } = await client.get(`/v1/pipelines/${encodeURIComponent(pipeline ?? '')}`, PipelineDetail);
    return session.answer(raw, () => detailLines(session, value, session.needs.now() + clockAheadMs));
  });
}

function detailLines(session: Session, detail: PipelineDetail, now: number): string[] {
  const view = viewOf(detail);
  const outcome = outcomeText(view);
  const trace = detail.trace === null ? [] : [`trace ${detail.trace.id}${detail.trace.url === null ? '' : `  ${detail.trace.url}`}`];
  return [...viewLines(view, now).map((line) => styled(line, session.style)), ...commitLines(detail.pipeline), ...trace, ...(outcome === '' ? [] : ['', outcome]), ...detail.deployments.flatMap((part) => deploymentLines(session, part, now))];
}

const commitLines = ({ commit, subject, author }: PipelineDetail['pipeline']): string[] => (commit === null || subject === null ? [] : [`commit ${commit.slice(0, 10)}${author === null ? '' : ` by ${author}`}: ${cut(subject, SUBJECT_CELLS)}`]);

function deploymentLines({ style }: Session, { deployment, tests, gates, approvals, observed }: DeploymentDetail, now: number): string[] {
  const weights = Object.entries(observed?.weights ?? {}).filter(([, weight]) => weight > 0).map(([revision, weight]) => `${weight} % ${revision}`);
  const own = new Set([deployment.plan.candidate, deployment.plan.stable]);
  const replays = new Set(Object.values(deployment.plan.stages).flatMap((stage) => (stage?.tests ?? []).flatMap(({ name, replay }) => (replay === undefined ? [] : [name]))));
  const instances = (observed?.instances ?? []).filter((instance) => own.has(instance.revision));
  return [
    // Staging is always in full; the strategy is that of production.
    '', style('strong', deployment.plan.stages.staging === null ? `${deployment.environment}: ${deployment.plan.strategy}` : deployment.environment),
    `  artifact ${deployment.plan.digest}`, `  plan ${deployment.planHash}`,
    `  traffic ${weights.join(', ') || 'none'}${observed?.endpoint ? ` at ${observed.endpoint}` : ''}`,
    ...table(instances.map((instance) => [`  ${instance.instance}`, instance.revision, `zone ${instance.zone}`, style(instance.health === 'healthy' ? 'good' : 'bad', instance.health), instance.problem ?? ''])),
    ...tests.flatMap((test) => testLines(test, replays.has(test.name), style)),
    ...gates.flatMap((gate) => gateLines(gate, deployment.status.kind !== 'running', style, now)),
    ...deployment.holds.flatMap((hold) => (hold.parallelRun === undefined ? [] : parallelRunLines(`${hold.stage}, batch ${hold.batch + 1}`, hold.parallelRun).map((line) => `  ${line}`))),
    ...deployment.holds.flatMap((hold) => (hold.verdict === null ? [] : [`  ${hold.stage}, batch ${hold.batch + 1}: ${hold.verdict.kind}: ${hold.verdict.reason}`, ...evidenceLines(hold.verdict).map((line) => `    ${line}`)])),
    ...approvals.flatMap((approval) => ['', ...approvalLines(approval, style, now), `  ${approval.status.kind}`]),
  ];
}

/** What a replay measured and compared is of interest though it passed. */
function testLines({ name, outcome, seconds, attempts, detail }: DeploymentDetail['tests'][number], isReplay: boolean, style: Style): string[] {
  const line = `  test ${name}: ${style(outcome === 'passed' ? 'good' : 'bad', outcome)} in ${span(seconds)}${attempts > 1 ? `, ${attempts} attempts` : ''}`;
  return [line, ...(outcome === 'failed' || isReplay ? indented(detail) : [])];
}

/** What a gate's command said is what it let the release go on for, so it is shown whether or not it passed. */
function gateLines({ name, startedAt, outcome }: DeploymentDetail['gates'][number], isOver: boolean, style: Style, now: number): string[] {
  if (outcome === null) return [`  gate ${name}: ${isOver ? 'ended with the deployment' : style('busy', 'runs')}, began ${ago(startedAt, now)}`];
  return [`  gate ${name}: ${outcome.passed ? style('good', 'passed') : style('bad', 'failed')} in ${span(outcome.seconds)}`, ...indented(outcome.detail)];
}

const indented = (text: string): string[] => text.trimEnd().split('\n').map((line) => `    ${line}`);

async function showEvents(session: Session, client: Client, pipeline: string): Promise<void> {
  const { value, raw } = await client.get(`/v1/pipelines/${encodeURIComponent(pipeline)}/history`, Executions);
  session.answer(raw, () => value.flatMap((execution) => {
    const took = execution.stoppedAt === null ? '' : ` in ${span((execution.stoppedAt - execution.startedAt) / 1000)}`;
    return [
      session.style('strong', `${execution.machine} ${execution.name}: ${execution.status}${took}, began ${clockTime(execution.startedAt)}`),
      ...(execution.url === null ? [] : [`  ${execution.url}`]),
      ...table(execution.events.map((event) => [`  ${event.id}`, `${((event.at - execution.startedAt) / 1000).toFixed(3)} s`, event.type, event.state ?? ''])),
    ];
  }));
}
