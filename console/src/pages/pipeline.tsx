/** One pipeline: what it brings, how far it is, and everything that decides on it. */
import { useEffect, useState } from 'preact/hooks';
import { CancelAction } from '../actions/pipeline-actions.tsx';
import { useAnswer } from '../api/query.ts';
import type { AnswerOf, Change, Pipeline } from '../api/operations.ts';
import { Icon, Status } from '../parts/icon.tsx';
import { Shown } from '../parts/said.tsx';
import { pipelineAddress, serviceAddress, type PageProps } from '../router.ts';
import { announce } from '../shell/announce.tsx';
import { shortCommit, shortDigest, shortTrace, shortVersion } from '../text/numbers.ts';
import { CAUSES, endOf, pipelineNow } from '../text/pipelines.ts';
import { stepsOf } from '../text/steps.ts';
import { duration, exact } from '../text/time.ts';
import { DeploymentPanel } from './pipeline/deployment.tsx';
import { Executions } from './pipeline/executions.tsx';

type Detail = AnswerOf<'readPipeline'>;

export function PipelinePage({ names }: PageProps) {
  const pipeline = names['pipeline'] ?? '';
  const service = pipeline.replace(/-\d+$/, '');
  const concerns = (change: Change) => change.pipeline === pipeline || (change.service === service && (change.what === 'desired' || change.what === 'observed'));
  const detail = useAnswer('readPipeline', { params: { pipeline } }, concerns);
  const progress = useAnswer('readProgress', { params: { pipeline } }, concerns);
  return (
    <div class="page">
      <Shown seen={detail} what="the pipeline" title={pipeline}>{(value) => <Whole detail={value} progress={progress.value} />}</Shown>
    </div>
  );
}

function Whole({ detail: { pipeline, trace, deployments }, progress }: { readonly detail: Detail; readonly progress: AnswerOf<'readProgress'> | undefined }) {
  const now = pipelineNow(pipeline);
  const said = now.sentence === null ? now.word : `${now.word}. ${now.sentence}`;
  useEffect(() => { announce(`${pipeline.id}: ${said}`, 'quietly'); }, [said]);
  const planned = new Set(deployments.flatMap(({ deployment: { plan } }) => [...Object.entries(plan.stages).flatMap(([stage, value]) => (value === null ? [] : [stage])), ...(plan.approval === null ? [] : ['approval'])]));
  return (
    <>
      <Head pipeline={pipeline} trace={trace} team={pipeline.manifest.team} />
      {now.sentence === null ? null : <div class={`notice tone-${now.tone === 'bad' ? 'bad' : 'warn'}`}><Icon tone={now.tone} /><p>{now.sentence}</p></div>}
      <Steps steps={stepsOf(progress?.[0], planned)} />
      {deployments.length === 0 ? <p class="said">{pipeline.status.kind === 'running' ? 'Nothing is deployed yet: the release is being built or waits for its turn.' : 'It came to no deployment.'}</p> : null}
      {[...deployments].reverse().map((deployment) => <DeploymentPanel key={deployment.deployment.id} detail={deployment} team={pipeline.manifest.team} />)}
      {progress === undefined || progress.length === 0 ? null : <Executions pipeline={pipeline.id} executions={progress} />}
    </>
  );
}

function Head({ pipeline, trace, team }: { readonly pipeline: Pipeline; readonly trace: Detail['trace']; readonly team: string }) {
  const now = pipelineNow(pipeline);
  const [, tick] = useState(0);
  const end = endOf(pipeline);
  useEffect(() => {
    if (end !== null) return undefined;
    const timer = setInterval(() => tick((count) => count + 1), 1000);
    return () => clearInterval(timer);
  }, [end]);
  return (
    <header class="head">
      <div class="title">
        <h1><a href={serviceAddress(pipeline.service)}>{pipeline.service}</a> <span class="hint">#{pipeline.number}</span></h1>
        <span class="mono">{shortVersion(pipeline.version)}</span>
        <Status tone={now.tone}>{now.word}</Status>
        <div class="actions push"><CancelAction pipeline={pipeline} team={team} /></div>
      </div>
      <dl class="facts">
        <div><dt>Cause</dt><dd>{CAUSES[pipeline.cause]}, {pipeline.startedBy}</dd></div>
        {pipeline.commit === null ? null : <div><dt>Commit</dt><dd class="mono" title={pipeline.commit}>{shortCommit(pipeline.commit)}{pipeline.branch === null ? '' : ` on ${pipeline.branch}`}</dd></div>}
        {pipeline.subject === null ? null : <div><dt>Subject</dt><dd>{pipeline.subject}</dd></div>}
        {pipeline.author === null ? null : <div><dt>Author</dt><dd>{pipeline.author}</dd></div>}
        {pipeline.digest === null ? null : <div><dt>Artifact</dt><dd class="mono" title={pipeline.digest}>{shortDigest(pipeline.digest)}</dd></div>}
        <div><dt>Began</dt><dd>{exact(pipeline.startedAt)}</dd></div>
        <div><dt>{end === null ? 'Runs for' : 'Took'}</dt><dd>{duration((end ?? Math.max(Date.now(), pipeline.startedAt)) - pipeline.startedAt)}</dd></div>
        {trace === null ? null : <div><dt>Trace</dt><dd class="mono" title={trace.id}>{trace.url === null ? shortTrace(trace.id) : <a href={trace.url} target="_blank" rel="noreferrer">{shortTrace(trace.id)}</a>}</dd></div>}
        {pipeline.number > 1 ? <div><dt>Before</dt><dd><a href={pipelineAddress(`${pipeline.service}-${pipeline.number - 1}`)}>#{pipeline.number - 1}</a></dd></div> : null}
      </dl>
    </header>
  );
}

const Steps = ({ steps }: { readonly steps: ReturnType<typeof stepsOf> }) => (steps.length === 0 ? null : (
  <ol class="steps" aria-label="How far it is">
    {steps.map(({ label, tone, word }) => <li key={label} class={`is-${tone}`} aria-current={tone === 'busy' || tone === 'wait' ? 'step' : undefined}><Icon tone={tone} /><span>{label}</span><span class="hint">{word}</span></li>)}
  </ol>
));
