/** Step 1: every service's first release, by git push, all at the same time. */
import { approve } from '../approve.ts';
import { follow, pipelinesOf } from '../follow.ts';
import { startLoad } from '../load/load.ts';
import { healthy, productionOf, statuses } from '../places.ts';
import type { Repository } from '../repository.ts';
import type { Stage } from '../stage.ts';

const REQUESTS_PER_SECOND = 200;

export async function firstRelease(stage: Stage): Promise<void> {
  const { checks, story } = stage;
  checks.step('1  First release: every service, by git push, all at the same time');
  const repositories = [stage.repositories.shop, stage.repositories.files, stage.repositories.clock].filter((repository) => repository !== null);
  const began = story.elapsedMs();
  const pipelines = (await Promise.all(repositories.map((repository) => pushed(stage, repository)))).flat();
  const ended = await Promise.all(pipelines.map(({ pipeline }) => follow(stage, pipeline, (detail) => approve(stage, detail))));
  for (const { pipeline } of ended) checks.that(`${pipeline.service} is released`, pipeline.status.kind === 'succeeded', `${pipeline.id} ${pipeline.status.kind}${pipeline.status.reason === undefined ? '' : `: ${pipeline.status.reason}`}`);
  stage.measured.firstReleaseSeconds = (story.elapsedMs() - began) / 1000;
  for (const { service, places } of await statuses(stage)) {
    const place = places.find(({ environment }) => environment === 'production');
    const url = place?.observed?.endpoint ?? '';
    const answered = await answerTo(service.name === 'checkout' ? `${url}/health` : url);
    checks.that(`${service.name} answers in production`, answered.startsWith('200 '), `${url} says ${answered}`);
  }
  const catalog = await productionOf(stage, 'catalog');
  checks.that('four healthy instances of catalog, in both zones', healthy(catalog).length === 4 && new Set(healthy(catalog).map(({ zone }) => zone)).size === 2, healthy(catalog).map(({ zone }) => zone).join(', '));
  if (catalog.observed?.endpoint == null) throw new Error('catalog has no address in production');
  stage.load = startLoad(catalog.observed.endpoint, REQUESTS_PER_SECOND);
  stage.load.phase('before the next release');
}

/** The first push of a repository: registered, committed, pushed. */
async function pushed(stage: Stage, repository: Repository): Promise<{ service: string; pipeline: string }[]> {
  await stage.api.post('/v1/repositories', { url: repository.url });
  const { version, said } = await repository.push('First release');
  stage.story.line(`git push of ${repository.name} (${version})`);
  stage.story.quote(said);
  const started = await pipelinesOf(stage, repository.deliveries().at(-1));
  stage.story.line(`${repository.name}: ${started.map(({ pipeline }) => pipeline).join(' and ')} started`);
  return started;
}

async function answerTo(url: string): Promise<string> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(5000) });
    const text = (await response.text()).replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' ').trim();
    return `${response.status} ${text.slice(0, 40)}`;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
