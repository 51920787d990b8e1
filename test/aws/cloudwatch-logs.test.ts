/** Output that Lambda, ECS and the agent would have sent to CloudWatch Logs, sent by another client, and read as the environment's reader. */
import { CloudWatchLogsClient, CreateLogGroupCommand, CreateLogStreamCommand, PutLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { callsByAccess } from '../../src/adapters/aws/calls/assumed-role.ts';
import { signedLogs } from '../../src/adapters/aws/calls/signed-logs.ts';
import { signedPlaces } from '../../src/adapters/aws/calls/signed-places.ts';
import { createCloudWatchLogs, groupOutput, lambdaOutput } from '../../src/adapters/aws/cloudwatch-logs.ts';
import { systemClock } from '../../src/adapters/local/system-clock.ts';
import { EnvironmentName, Generation, ServiceName } from '../../src/domain/ids.ts';
import type { RevisionSpec } from '../../src/domain/revision.ts';
import { clientSettings, CREDENTIALS, REGION, uniqueName } from './emulator.ts';
import { startFaultProxy, type FaultProxy } from './faults.ts';
import { specOf } from '../unit/targets/process/rig.ts';
import { accessOf, roleParameters } from './targets/as-role.ts';
import { lambdaRig, type LambdaRig } from './targets/lambda-rig.ts';

const access = accessOf('production');
const hand = new CloudWatchLogsClient(clientSettings());
let proxy: FaultProxy;
beforeAll(async () => void (proxy = await startFaultProxy()));
afterAll(async () => {
  hand.destroy();
  await proxy.close();
});

const reader = (target: string, specs: readonly RevisionSpec[], roles: Readonly<Record<string, string>>) => {
  proxy.deployRoles('production', roleParameters([], roles));
  const call = callsByAccess({ own: { region: REGION, credentials: CREDENTIALS, endpoint: proxy.endpoint, caller: 'slipway-api' }, session: 'slipway-api', clock: systemClock });
  return createCloudWatchLogs({
    calls: (as) => signedLogs(call(as)), clock: systemClock, targets: { lambda: lambdaOutput((as) => signedPlaces(call(as))), ecs: groupOutput, ec2: groupOutput },
    placed: async (service, environment) => ({ service, environment, target, access, settings: {}, specs }),
  });
};
const write = async (logGroupName: string, logStreamName: string, messages: readonly string[]): Promise<void> => {
  await hand.send(new CreateLogStreamCommand({ logGroupName, logStreamName })).catch((error: unknown) => {
    if (!(error instanceof Error) || error.name !== 'ResourceAlreadyExistsException') throw error;
  });
  await hand.send(new PutLogEventsCommand({ logGroupName, logStreamName, logEvents: messages.map((message, index) => ({ message, timestamp: Date.now() + index })) }));
};

describe('of tasks and virtual machines', () => {
  const [service, environment] = [ServiceName.parse(uniqueName('shop')), EnvironmentName.parse('production')];
  const logGroup = `/services/${service}`;
  const specs = [1, 2].map((number) => specOf({ service, revision: `${service}-${number}-production`, settings: { logGroup }, access }));
  const logs = (target: string) => reader(target, specs, { LogGroup: logGroup });

  it('is read by the revision that streams begin with, and followed, as the reader and nobody else', async () => {
    expect((await logs('ecs').tail(service, environment, 1000)).output).toEqual([]);
    await hand.send(new CreateLogGroupCommand({ logGroupName: logGroup }));
    await write(logGroup, `${service}-1-production/service/a1`, ['one', 'two']);
    await write(logGroup, `${service}-2-production/i-0123456789abcdef0`, ['three']);
    await write(logGroup, 'somebody-else/x', ['no']);
    const first = await logs('ec2').tail(service, environment, 1000);
    expect([...first.output].sort((one, other) => one.instance.localeCompare(other.instance))).toEqual([
      { instance: 'a1', revision: `${service}-1-production`, text: 'one\ntwo\n' }, { instance: 'i-0123456789abcdef0', revision: `${service}-2-production`, text: 'three\n' },
    ]);
    await write(logGroup, `${service}-1-production/service/a1`, ['four']);
    const second = await logs('ecs').tail(service, environment, 1000, first.next);
    expect(second.output).toEqual([{ instance: 'a1', revision: `${service}-1-production`, text: 'four\n' }]);
    expect((await logs('ecs').tail(service, environment, 1000, second.next)).output).toEqual([]);
    expect([...new Set(proxy.calls.filter(({ function: caller }) => caller === 'slipway-api').map(({ service: of, action }) => `${of}:${action}`))].sort()).toEqual(['logs:FilterLogEvents', 'sts:AssumeRole']);
    expect(proxy.calls.filter(({ action }) => action === 'AssumeRole').every(({ resource }) => resource.endsWith('-reader'))).toBe(true);
  });
});

describe('of functions', () => {
  let rig: LambdaRig;
  beforeAll(async () => void (rig = await lambdaRig()));
  afterAll(() => rig.close());

  it('is told apart by the version that a revision has', async () => {
    const [service, environment] = [ServiceName.parse(rig.service), EnvironmentName.parse('production')];
    const specs = [rig.spec({ access }), rig.spec({ access, revision: `${rig.service}-2-production`, digest: `sha256:${'2'.repeat(64)}` })];
    for (const spec of specs) await rig.target.launch({ verb: 'launch', service, environment, access: spec.access, settings: spec.settings, generation: Generation.parse(1), spec, count: 1, zonesLost: [] });
    const group = `/aws/lambda/${rig.service}-production-api`;
    await hand.send(new CreateLogGroupCommand({ logGroupName: group }));
    await write(group, '2026/05/04/[1]aa', ['from the first']);
    await write(group, '2026/05/04/[2]bb', ['from the second']);
    const { output } = await reader('lambda', specs, { Lambda: 'yes' }).tail(service, environment, 1000);
    expect(output.map(({ instance, revision, text }) => `${instance} ${revision} ${text}`).sort()).toEqual([
      `${rig.service}-production-api:1 ${rig.service}-1-production from the first\n`, `${rig.service}-production-api:2 ${rig.service}-2-production from the second\n`,
    ]);
  });
});
