/** Use cases on a real store, with an orchestrator and a builder that write down what they are told. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSqliteStore } from '../../../src/adapters/local/sqlite-store.ts';
import { Environments } from '../../../src/domain/environment.ts';
import { ProviderUnavailable, TokenRefused } from '../../../src/domain/errors.ts';
import { CommitId } from '../../../src/domain/ids.ts';
import type { Alert } from '../../../src/domain/outbox.ts';
import type { Ports } from '../../../src/ports/index.ts';
import type { CommitInfo, ManifestFile } from '../../../src/ports/sources.ts';
import { fakeClock } from '../../fakes/clock.ts';
import { seededIds } from '../../fakes/ids.ts';
import { noTraces } from '../../fakes/traces.ts';

export interface Repo {
  manifests: ManifestFile[];
  changed: string[] | null;
  author: string;
  heads: Record<string, string>;
  unreachable: boolean;
  /** How often the branches were asked for. */
  listed: number;
}

export function rig() {
  const folder = mkdtempSync(join(tmpdir(), 'slipway-app-'));
  const clock = fakeClock(1_700_000_000_000);
  const store = openSqliteStore({ path: join(folder, 'state.db'), clock });
  const started: { machine: string; name: string; input: unknown }[] = [];
  const answered: { token: string; output?: unknown; error?: string }[] = [];
  const alerts: Alert[] = [];
  const cancelled: string[] = [];
  const cancelledCommands: string[] = [];
  const refused = new Set<string>();
  const state = { down: false };
  const repo: Repo = { manifests: [], changed: null, author: 'ben@example.com', heads: {}, unreachable: false, listed: 0 };
  const environments = { text: Environments.parse({
    environments: [{ name: 'staging', kind: 'staging', wave: 1 }, { name: 'production', kind: 'production', wave: 2 }],
    people: [{ name: 'ben', email: ['ben@example.com'] }, { name: 'anna', slack: 'U0ANNA' }], defaults: { approvers: ['anna', 'ben'] },
  }) };
  const up = () => {
    if (state.down) throw Object.assign(new Error('the orchestrator is down'), { name: 'ProviderUnavailable' });
  };
  const answer = (entry: (typeof answered)[number]) => {
    up();
    if (refused.has(entry.token)) throw new TokenRefused('used');
    answered.push(entry);
  };
  const needs = {
    store, clock, ids: seededIds('app'), traces: noTraces,
    orchestrator: {
      start: async (request) => { up(); started.push(request); },
      describe: async () => undefined, definition: async () => undefined, history: async () => [], stop: async () => undefined,
      succeedTask: async (token, output) => answer({ token, output }),
      failTask: async (token, error) => answer({ token, error }),
    },
    builder: { start: async () => undefined, cancel: async (build) => { cancelled.push(build); return true; } },
    commands: { start: async () => undefined, cancel: async (idPrefix) => cancelledCommands.push(idPrefix) },
    notifier: { send: async (alert) => void alerts.push(alert) },
    environments: { read: async () => environments.text },
    webhookSecrets: { gitHost: async (host) => `${host}-key`, slack: async () => 'slack-key' },
    sources: {
      fetch: async (_repository, commit): Promise<CommitInfo> => ({ commit, author: repo.author, committedAt: 0, subject: 'a change' }),
      manifests: async () => repo.manifests, changedPaths: async (_repository: string, _before: CommitId, _after: CommitId) => repo.changed, file: async () => '', checkout: async () => undefined,
      heads: async () => {
        repo.listed += 1;
        if (repo.unreachable) throw new ProviderUnavailable('the host does not answer');
        return new Map(Object.entries(repo.heads).map(([branch, commit]) => [branch, CommitId.parse(commit)]));
      },
    },
  } satisfies Partial<Ports>;
  return { needs, clock, started, answered, alerts, cancelled, cancelledCommands, refused, state, repo, environments, close: async () => { await store.close(); rmSync(folder, { recursive: true, force: true }); } };
}

export type Rig = ReturnType<typeof rig>;

/** Of an installation that names none: nobody may be asked. */
export const NO_HOSTS: Ports['gitHosts'] = { api: ({ host }) => { throw new Error(`${host} is asked for`); } };

export const manifestText = (service: string, more = ''): string => `service: ${service}\nteam: shop\nstart: [node, server.js]\n${more}`;
