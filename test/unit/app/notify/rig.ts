/** Rules, recipients that are real servers, and what happens to a service: for the tests of notifications. */
import { deliver, type DeliverNeeds } from '../../../../src/app/notify/deliver.ts';
import { runNotifications } from '../../../../src/app/notify/run.ts';
import { creating, expecting } from '../../../../src/app/state/documents.ts';
import { approvalKey, deploymentKey, pipelineKey, serviceKey } from '../../../../src/app/state/keys.ts';
import { recorded } from '../../../../src/app/state/recorded-store.ts';
import { createPost } from '../../../../src/adapters/outgoing/post.ts';
import { sendMail } from '../../../../src/adapters/outgoing/mail.ts';
import { noTopics } from '../../../../src/adapters/local/senders.ts';
import { Environments } from '../../../../src/domain/environment.ts';
import { NotFound } from '../../../../src/domain/errors.ts';
import { Notice, Recipient } from '../../../../src/domain/notification/notice.ts';
import type { Ports } from '../../../../src/ports/index.ts';
import type { ItemKey, ItemStore } from '../../../../src/ports/item-store.ts';
import type { SlackMessages } from '../../../../src/ports/slack-messages.ts';
import { approval as approvalOf } from '../../../builders/approval.ts';
import { deployment as deploymentOf, pipeline as pipelineOf } from '../../cli/builders.ts';
import { rig } from '../rig.ts';

/** `whsec_` and 32 bytes. */
export const SIGNING_KEY = ['whsec', Buffer.alloc(32, 5).toString('base64')].join('_');

export function notifyRig() {
  const at = rig();
  const posted: { channel: string; text: string }[] = [];
  const state = { slack: 'sent' as 'sent' | 'refused', secrets: { hook: SIGNING_KEY } as Record<string, string> };
  const store: ItemStore = recorded(at.needs.store, at.needs);
  const slackMessages: Pick<SlackMessages, 'post'> = {
    post: async (channel, message) => {
      if (state.slack === 'refused') return { kind: 'refused', error: 'not_in_channel', remedy: 'Invite the app.' };
      posted.push({ channel, text: message.text });
      return { kind: 'sent', place: { channel, ts: '1.1' } };
    },
  };
  const needs = {
    ...at.needs, store, settings: { publicUrl: 'https://slipway.example.com' } as Ports['settings'], slackMessages: slackMessages as SlackMessages,
    secrets: { resolve: async (name: string) => { const value = state.secrets[name]; if (value === undefined) throw new NotFound(`There is no secret "${name}".`); return value; } },
    senders: { post: createPost({ allowsLoopback: true, timeoutMs: 1000 }), mail: sendMail, publish: noTopics },
  };
  const put = async (key: ItemKey, value: unknown) => {
    const there = await store.get(key);
    await store.transact([{ ...(creating(key, value) as { kind: 'put'; key: ItemKey; value: unknown }), condition: expecting(there === undefined ? undefined : { key, generation: there.generation, value: undefined }) }]);
  };
  return {
    ...at, needs: needs as unknown as DeliverNeeds & Ports, store, posted, state, put,
    rules: (notifications: unknown) => { at.environments.text = Environments.parse({ environments: [{ name: 'staging', kind: 'staging', wave: 1 }, { name: 'production', kind: 'production', wave: 2 }], notifications }); },
    run: () => runNotifications(needs)(),
    deliver: () => deliver(needs)(),
    service: () => put(serviceKey('catalog' as never), { name: 'catalog', team: 'shop', repository: null, manifestPath: null, pipelines: 7, lastRelease: null, registeredAt: 0 }),
    pipeline: (status: object = { kind: 'running' }) => put(pipelineKey('catalog-7' as never), pipelineOf({ status, startedAt: at.clock.now() })),
    deployment: (status: object, parts: Record<string, unknown> = {}) => put(deploymentKey('catalog-7-production' as never), deploymentOf('production', { status, startedAt: at.clock.now(), ...parts })),
    approval: (parts: object) => put(approvalKey('catalog-12-production-approval' as never), approvalOf(parts as never)),
    notices: async (): Promise<Notice[]> => (await store.query('notices', '', { limit: 1000 })).items.map(({ value }) => Notice.parse(value)),
    due: async (): Promise<number> => (await store.query('notices-due', '', { limit: 1000 })).items.length,
    recipients: async (): Promise<Recipient[]> => (await store.query('recipients', '', { limit: 100 })).items.map(({ value }) => Recipient.parse(value)),
  };
}
export type NotifyRig = ReturnType<typeof notifyRig>;
