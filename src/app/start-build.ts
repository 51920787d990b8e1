/** Starts the build of a pipeline; the builder answers the task token when it has ended. */
import * as z from 'zod';
import { InvalidInput } from '../domain/errors.ts';
import type { PipelineId } from '../domain/ids.ts';
import type { Ports } from '../ports/index.ts';
import { cloneUrlOf } from './clone-url.ts';
import { refuseStopped } from './stop-check.ts';
import { expecting, getPipeline, read } from './state/documents.ts';
import { buildKey } from './state/keys.ts';

/** Which task waits for the build of a pipeline. */
export const BuildRun = z.strictObject({ pipeline: z.string(), token: z.string(), startedAt: z.number() });

/** Idempotent: the same build started again while it runs is one build. */
export const startBuild = (needs: Pick<Ports, 'store' | 'clock' | 'builder' | 'environments'>) => async (input: { pipelineId: PipelineId; token: string }): Promise<{ build: string }> => {
  const stored = await getPipeline(needs.store, input.pipelineId);
  const pipeline = stored.value;
  refuseStopped(pipeline);
  if (pipeline.repository === null || pipeline.commit === null || pipeline.manifestPath === null) {
    throw new InvalidInput(`${pipeline.id} has neither an artifact nor a commit to build one from. Register an artifact first: slipway artifact add.`);
  }
  const before = await read(needs.store, BuildRun, buildKey(pipeline.id));
  const run = { pipeline: pipeline.id, token: input.token, startedAt: before?.value.startedAt ?? needs.clock.now() };
  await needs.store.transact([{ kind: 'put', key: buildKey(pipeline.id), value: run, condition: expecting(before) }]);
  await needs.builder.start({
    build: pipeline.id, service: pipeline.service, repository: await cloneUrlOf(needs, pipeline.repository), commit: pipeline.commit, manifestPath: pipeline.manifestPath,
    recipe: pipeline.manifest.build, version: pipeline.version, token: input.token,
    provenance: { branch: pipeline.branch, author: pipeline.author, pusher: pipeline.startedBy },
  });
  return { build: pipeline.id };
};
