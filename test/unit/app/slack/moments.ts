/** The stories of the command line's tests, as the store has them at each moment. */
import { approvalKey, deploymentKey, observedKey, pendingApprovalKey, pipelineKey, serviceKey, testResultKey } from '../../../../src/app/state/keys.ts';
import type { PipelineDetail } from '../../../../src/app/look.ts';
import type { ChangeEvent } from '../../../../src/domain/change.ts';
import type { ItemKey, ItemStore } from '../../../../src/ports/item-store.ts';
import type { Moment } from '../../cli/story.ts';

export const detailOf = ({ detail }: Moment): PipelineDetail => detail as PipelineDetail;

/** Writes a moment as if it had come to pass. */
export async function stored(store: ItemStore, { pipeline, deployments }: PipelineDetail): Promise<void> {
  const put = async (key: ItemKey, value: unknown): Promise<void> => {
    const before = await store.get(key);
    await store.transact([{ kind: 'put', key, value, condition: before === undefined ? { absent: true } : { generation: before.generation } }]);
  };
  await put(serviceKey(pipeline.service), { name: pipeline.service, team: 'shop', repository: null, manifestPath: null, pipelines: pipeline.number, lastRelease: null, registeredAt: pipeline.startedAt });
  await put(pipelineKey(pipeline.id), pipeline);
  for (const { deployment, tests, approvals, observed } of deployments) {
    await put(deploymentKey(deployment.id), deployment);
    for (const test of tests) await put(testResultKey(deployment.id, test.name), test);
    for (const approval of approvals) {
      await put(approvalKey(approval.id), { ...approval, token: 't' });
      if (approval.status.kind === 'waiting') await put(pendingApprovalKey(approval.id), { id: approval.id });
    }
    if (observed !== null) await put(observedKey(deployment.service, deployment.environment), observed);
  }
}

let count = 0;
export const changed = (pipeline: string, what: ChangeEvent['changes'][number]['what'] = 'deployment', service = 'catalog'): ChangeEvent => ({
  id: `1700000000000-${String(++count).padStart(6, '0')}-test` as never, at: 0, changes: [{ what, service: service as never, environment: null, id: null, pipeline: what === 'alert' ? null : pipeline as never, status: null }],
});
