/** The app of Slack over real HTTP on a real store, beside a stand-in of Slack. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createSlackReplies } from '../../../../src/adapters/slack/replies.ts';
import { createSlackWebApi } from '../../../../src/adapters/slack/web-api.ts';
import { receiveSlack } from '../../../../src/app/slack/receive.ts';
import { workSlack, type SlackWorkNeeds } from '../../../../src/app/slack/work.ts';
import { creating } from '../../../../src/app/state/documents.ts';
import { approvalKey, pendingApprovalKey } from '../../../../src/app/state/keys.ts';
import { startPipeline } from '../../../../src/app/start-pipeline.ts';
import { answerOfError } from '../../../../src/contracts/http.ts';
import { Environments } from '../../../../src/domain/environment.ts';
import type { Approval } from '../../../../src/domain/approval.ts';
import { Identity, ReleaseId, Digest } from '../../../../src/domain/ids.ts';
import { Manifest } from '../../../../src/domain/manifest.ts';
import type { Grant } from '../../../../src/domain/roles.ts';
import { SlackMember } from '../../../slack/member.ts';
import { SlackStandIn } from '../../../slack/stand-in.ts';
import { rig } from '../rig.ts';

export const KEY = 'slack-key';

const PEOPLE = [{ name: 'ben', email: ['ben@example.com'], slack: 'U0BEN' }, { name: 'anna', slack: 'U0ANNA' }, { name: 'vera', slack: 'U0VERA' }, { name: 'stan', slack: 'U0STAN' }];

export const environmentsFor = (roles?: readonly Grant[] | readonly Record<string, unknown>[], slack: Record<string, unknown> | null = { workspace: 'T0TEAM', channel: 'C0DEPLOYS' }): Environments => Environments.parse({
  environments: [{ name: 'staging', kind: 'staging', wave: 1 }, { name: 'production', kind: 'production', wave: 2 }], people: PEOPLE, defaults: { approvers: ['anna', 'ben'] },
  ...(roles === undefined ? {} : { roles }), ...(slack === null ? {} : { slack }),
});

/** @param key the signing secret */
export async function slackRig({ key = KEY }: { readonly key?: string } = {}) {
  const at = rig();
  at.environments.text = environmentsFor();
  const slack = await SlackStandIn.start();
  // The rig's clock stands still, so what is signed now must be near it.
  at.clock.advance(Date.now() - at.clock.now());
  const handover = { isOn: true, failures: 0, work: [] as Promise<unknown>[] };
  const needs = {
    ...at.needs, webhookSecrets: { ...at.needs.webhookSecrets, slack: async () => key }, settings: { queuePollSeconds: 1, settleFirstSeconds: 1, settleShortestSeconds: 1, settleLongestSeconds: 1, watchSeconds: 1, repairLeaseSeconds: 60, publicUrl: null },
    targets: { observe: async () => [], describe: async () => { throw new Error('no target is asked here'); }, compare: async () => ({}) as never, names: () => ['process'] },
    slackReplies: createSlackReplies({ origin: slack.origin }), slackMessages: createSlackWebApi({ origin: slack.origin, token: async () => slack.token }),
    slackHandover: { begin: async (request: string) => { if (handover.isOn) handover.work.push(workSlack(needs)({ request }).catch(() => { handover.failures += 1; })); } },
  } satisfies SlackWorkNeeds & Record<string, unknown>;
  const server = await serve(needs);
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/slack`;
  return {
    ...at, needs, slack, handover, url,
    member: (id: string) => new SlackMember(slack, { url: () => url, secret: () => key }, id),
    /** Carries out what nobody has. */
    sweep: () => workSlack(needs)({}),
    async wait(approval: Approval): Promise<void> {
      await at.needs.store.transact([creating(approvalKey(approval.id), approval), creating(pendingApprovalKey(approval.id), { id: approval.id })]);
    },
    /** A service of a team with one pipeline that runs. */
    async service(name: string, team = 'shop') {
      const manifest = Manifest.parse({ service: name, team, start: ['node', 'server.js'] });
      return startPipeline(needs)({
        service: manifest.service, cause: 'deploy', mode: 'normal', manifest, manifestPath: null, repository: null, commit: null, branch: null, version: '1.0.0', author: Identity.parse('ben'), startedBy: Identity.parse('ben'),
        digest: Digest.parse(`sha256:${'a'.repeat(64)}`), release: ReleaseId.parse(`${name}@0123456789ab`),
      });
    },
    close: async () => {
      await Promise.all(handover.work);
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await slack.close();
      await at.close();
    },
  };
}

export type SlackRig = Awaited<ReturnType<typeof slackRig>>;

async function serve(needs: Parameters<typeof receiveSlack>[0]): Promise<Server> {
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const header = (name: string) => [request.headers[name]].flat()[0];
      receiveSlack(needs)({ timestamp: header('x-slack-request-timestamp'), signature: header('x-slack-signature'), body: Buffer.concat(parts) })
        .then((said) => ({ statusCode: 200, body: said === null ? '' : JSON.stringify(said) }), answerOfError)
        .then(({ statusCode, body }) => response.writeHead(statusCode).end(body), (error: unknown) => response.writeHead(500).end(String(error)));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}
