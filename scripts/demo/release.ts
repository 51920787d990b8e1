/** A release of the catalogue: one file changed, committed and pushed, and the load's phases named after how far it is. */
import type { PipelineDetail } from './answers.ts';
import { candidateWeight, inProduction, pipelinesOf } from './follow.ts';
import { loadOf, type Stage } from './stage.ts';

const RELEASE_FILE = 'catalog/release.js';
/** The good releases and the bad one differ in this file alone. */
const releaseFile = (name: string, failEvery: number): string =>
  `/** What this release is called, and how it misbehaves: with \`failEvery: 20\` every 20th answer is an error; 0 is none. */\nexport const release = { name: '${name}', failEvery: ${failEvery} };\n`;

/** Changes the release file, commits, pushes; answers the catalogue's pipeline. */
export async function release(stage: Stage, name: string, failEvery = 0): Promise<{ version: string; pipeline: string }> {
  const { shop } = stage.repositories;
  shop.write(RELEASE_FILE, releaseFile(name, failEvery));
  const { version, said } = await shop.push(`The ${name} release`);
  stage.story.line(`git push of shop (${version}): ${failEvery === 0 ? `the ${name} release` : `the ${name} release, of which every ${failEvery}th answer is an error`}`);
  stage.story.quote(said);
  const started = await pipelinesOf(stage, shop.deliveries().at(-1));
  stage.checks.that('only catalog starts: nothing of checkout has changed', started.length === 1 && started[0]?.service === 'catalog', started.map(({ pipeline }) => pipeline).join(', '));
  const pipeline = started.find(({ service }) => service === 'catalog')?.pipeline;
  if (pipeline === undefined) throw new Error('the push has started no pipeline of catalog');
  return { version, pipeline };
}

/** Names the load's phases after what the pipeline is at, so that each request is counted where it was sent. */
export function withPhases(stage: Stage, name: string, look: (detail: PipelineDetail) => Promise<void>): (detail: PipelineDetail) => Promise<void> {
  let current = '';
  const phase = (next: string): void => {
    if (next !== current) loadOf(stage).phase(`${name}: ${next}`);
    current = next;
  };
  phase('build and staging');
  return async (detail) => {
    const found = inProduction(detail);
    const weight = candidateWeight(detail) ?? 0;
    if (found?.deployment.status.kind === 'rolling-back') phase('rollback');
    else if (found?.deployment.stage === 'rollout') phase('rollout');
    else if ((found?.approvals.length ?? 0) > 0) phase('approval');
    else if (found?.deployment.stage === 'canary' && weight > 0) phase('canary');
    await look(detail);
  };
}
