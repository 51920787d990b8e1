/** What serverless.yml and infrastructure/ promise to the state machines, the gateway and the schedules. */
import { describe, expect, it } from '@jest/globals';
import { HTTP_ROUTES } from '../../../src/main/gateway.ts';
import { loadMachines, substitutions } from '../../../src/main/machines.ts';
import { type Graph, type Machine } from '../../../src/engine/asl.ts';
import { MACHINES } from '../../../src/ports/orchestrator.ts';
import { SUBSCRIBERS } from '../../../src/ports/subscriber.ts';
import { eventsPartition } from '../../../src/app/state/keys.ts';
import { WITHOUT_RESOURCE } from '../../../scripts/permissions/without-resource.ts';
import { moduleOf, STEMS } from './samples.ts';
import { keptResources } from '../../../scripts/aws/kept-resources/template.ts';
import { document } from '../docs/documents.ts';
import { extensions, INFRASTRUCTURE, logicalId, resources, serverless, type Resource } from './serverless-files.ts';

const machines = loadMachines();
const capital = (name: string): string => name.charAt(0).toUpperCase() + name.slice(1);

interface Task { readonly state: string; readonly function: string; readonly timeoutSeconds: number }
/** The tasks that invoke a function by its name and have a fixed timeout. */
const tasksOf = (graph: Graph): Task[] => Object.entries(graph.States).flatMap(([name, state]) => {
  if (state.Type === 'Parallel') return state.Branches.flatMap((inner) => tasksOf(inner));
  if (state.Type === 'Map') return tasksOf(state.ItemProcessor);
  const given = state.Type === 'Task' && typeof state.Arguments === 'object' ? state.Arguments['FunctionName'] : undefined;
  return state.Type === 'Task' && typeof given === 'string' && typeof state.TimeoutSeconds === 'number' && !state.Resource.endsWith('waitForTaskToken') ? [{ state: name, function: given, timeoutSeconds: state.TimeoutSeconds }] : [];
});
const graphOf = (machine: (typeof MACHINES)[number]): Machine => machines[machine].definition as Machine;
const grants = (role: string): string => JSON.stringify(resources[role]?.Properties);

describe('resources', () => {
  it('every file of infrastructure/ is part of the stack', () => {
    expect(serverless.resources.map((text) => /infrastructure\/(.*)\)\}$/.exec(text)?.[1] ?? text).sort()).toEqual([...INFRASTRUCTURE].sort());
  });

  it('each function has a role of its own, which may write its log and nothing of others', () => {
    const roles = Object.values(serverless.functions).map(({ role }) => role['Fn::Sub']);
    expect(new Set(roles).size).toBe(STEMS.length);
    for (const [stem, { role }] of Object.entries(serverless.functions)) {
      const name = /^\$\{(\w+Role)\.Arn\}$/.exec(role['Fn::Sub'])?.[1] ?? '';
      expect(grants(name)).toContain(`log-group:/aws/lambda/slipway-${stem}:*`);
      expect(grants(name).match(/log-group:/g)).toHaveLength(1);
    }
  });

  it('no role may do everything, or anything on everything', () => {
    const statements = Object.entries(resources).filter(([, { Type }]) => Type.startsWith('AWS::IAM::')).flatMap(([name, { Properties }]) => {
      const found: unknown[] = [];
      JSON.stringify(Properties, (key, value: unknown) => {
        if (key === 'Statement') found.push(...(value as unknown[]));
        return value;
      });
      return found.map((statement) => ({ name, ...(statement as { Action: string | string[]; Resource?: unknown }) }));
    });
    expect(statements.length).toBeGreaterThan(STEMS.length);
    expect(statements.filter(({ Action }) => [Action].flat().some((action) => action.includes('*')))).toEqual([]);
    const onEverything = statements.filter(({ Resource }) => [Resource].flat().includes('*')).flatMap(({ Action }) => [Action].flat());
    expect(onEverything.filter((action) => !Object.hasOwn(WITHOUT_RESOURCE, action))).toEqual([]);
  });

  it('functions that start executions know where the machines are, with all variables of theirs', () => {
    const may = STEMS.filter((stem) => /states:|AnswersTokens|StartsJobs/.test(grants(`${stem.split('-').map(capital).join('')}Role`)));
    expect(may.length).toBeGreaterThan(0);
    const ofFunctions = Object.entries(extensions).filter(([name]) => name.endsWith('LambdaFunction'));
    expect(ofFunctions.map(([name]) => name).sort()).toEqual(may.map(logicalId).sort());
    for (const [, extension] of ofFunctions) expect(extension).toMatchObject({ Properties: { Environment: { Variables: { SLIPWAY_TABLE: 'slipway-state', SLIPWAY_MACHINE_ARN_PREFIX: { 'Fn::Sub': expect.stringMatching(/:stateMachine:slipway-$/) } } } } });
  });

  it('functions of builds know where the bucket and the project are', () => {
    const may = STEMS.filter((stem) => /StartsJobs|codebuild:/.test(grants(`${stem.split('-').map(capital).join('')}Role`)));
    expect(may).toEqual(expect.arrayContaining(['build', 'build-finished', 'run-gate', 'sweep-outbox', 'test']));
    for (const stem of may) expect(extensions[logicalId(stem)]).toMatchObject({ Properties: { Environment: { Variables: { SLIPWAY_ARTIFACT_BUCKET: { Ref: 'ArtifactBucket' }, SLIPWAY_BUILD_PROJECT: resources['JobProject']?.Properties['Name'] } } } });
  });

  it('variables of one function alone are named where its others are', () => {
    // An extension takes the place of all of them (infrastructure/environment.yml).
    const lost = Object.entries(serverless.functions).flatMap(([stem, { environment }]) => {
      const extension = extensions[logicalId(stem)] as { Properties?: { Environment?: { Variables: object } } } | undefined;
      const variables = extension?.Properties?.Environment?.Variables;
      return variables === undefined ? [] : Object.keys(environment).filter((name) => !(name in variables)).map((name) => `${stem}: ${name}`);
    });
    expect(lost).toEqual([]);
  });

  it('no route is open to as many requests as the account allows', () => {
    // What checkov is told instead of reserved concurrency (infrastructure/checks.yml).
    const { DefaultRouteSettings } = (extensions['HttpApiStage'] as { Properties: { DefaultRouteSettings: { ThrottlingRateLimit: number; ThrottlingBurstLimit: number; DetailedMetricsEnabled: boolean } } }).Properties;
    expect(DefaultRouteSettings.ThrottlingRateLimit).toBeLessThan(1000);
    expect(DefaultRouteSettings.ThrottlingBurstLimit).toBeLessThan(1000);
    // The framework's own, which these settings take the place of.
    expect(DefaultRouteSettings.DetailedMetricsEnabled).toBe(true);
  });

  it('the bucket lets in only what is encrypted on its way, and only those from elsewhere who were named', () => {
    const { Statement: [encrypted, readers, ...rest] } = (resources['ArtifactBucketPolicy']?.Properties['PolicyDocument'] ?? { Statement: [] }) as { Statement: unknown[] };
    expect(encrypted).toMatchObject({ Effect: 'Deny', Principal: '*', Condition: { Bool: { 'aws:SecureTransport': false } } });
    expect(readers).toEqual({ 'Fn::If': ['HasArtifactReaders', { Sid: 'ArtifactReaders', Effect: 'Allow', Principal: { AWS: { 'Fn::Split': [',', '${param:artifactReaders}'] } }, Action: 's3:GetObject', Resource: { 'Fn::Sub': '${ArtifactBucket.Arn}/sha256/*' } }, { Ref: 'AWS::NoValue' }] });
    expect(rest).toEqual([]);
  });

  it('what outlives the stack goes into the next one by its name', () => {
    const packages = { Type: 'AWS::S3::Bucket', Properties: {} };
    const { Resources: kept } = keptResources({ Resources: { ...resources, ServerlessDeploymentBucket: packages } });
    expect(Object.keys(kept).sort()).toEqual(['ArtifactBucket', 'ServerlessDeploymentBucket', 'StateTable']);
    expect(kept).toMatchObject({ ArtifactBucket: { DeletionPolicy: 'Retain', Properties: { BucketName: expect.anything() } }, StateTable: { DeletionPolicy: 'Retain', Properties: { TableName: 'slipway-state' } } });
    expect(kept['ServerlessDeploymentBucket']).toEqual(packages);
  });

  it('the table is as the store reads it', () => {
    expect(resources['StateTable']?.Properties).toMatchObject({
      TableName: 'slipway-state', BillingMode: 'PAY_PER_REQUEST', KeySchema: [{ AttributeName: 'partition', KeyType: 'HASH' }, { AttributeName: 'sort', KeyType: 'RANGE' }],
      TimeToLiveSpecification: { AttributeName: 'expiresAtSeconds', Enabled: true }, PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true }, SSESpecification: { SSEEnabled: true },
    });
  });
});

describe('state machines', () => {
  const stateMachines = Object.entries(resources).filter(([, { Type }]) => Type === 'AWS::StepFunctions::StateMachine');

  it('are those of the folder, each from its file', () => {
    expect(stateMachines.map(([name]) => name).sort()).toEqual(MACHINES.map((machine) => `${capital(machine)}Machine`).sort());
    for (const machine of MACHINES) {
      expect(resources[`${capital(machine)}Machine`]?.Properties).toMatchObject({ StateMachineName: `slipway-${machine}`, RoleArn: { 'Fn::GetAtt': [`${capital(machine)}MachineRole`, 'Arn'] }, Definition: `\${file(statemachines/${machine}.asl.json)}` });
    }
  });

  it.each(MACHINES)('%s is given what it names, and its role may call that and no more', (machine) => {
    const here = (resources[`${capital(machine)}Machine`] as Resource).Properties['DefinitionSubstitutions'] as Record<string, unknown>;
    const named = namesIn(JSON.stringify(machines[machine].definition));
    expect(Object.keys(here).sort()).toEqual(named.map(({ placeholder }) => placeholder).sort());
    const role = grants(`${capital(machine)}MachineRole`);
    for (const { placeholder, functionStem, nested } of named) {
      expect(here[placeholder]).toEqual(functionStem === undefined ? { Ref: `${capital(nested ?? '')}Machine` } : { 'Fn::GetAtt': [logicalId(functionStem), 'Arn'] });
      expect(role).toContain(functionStem === undefined ? `:stateMachine:slipway-${nested ?? ''}"` : `["${logicalId(functionStem)}","Arn"]`);
    }
    expect(role.match(/LambdaFunction/g) ?? []).toHaveLength(named.filter(({ functionStem }) => functionStem !== undefined).length);
    expect(role.match(/:stateMachine:/g) ?? []).toHaveLength(named.filter(({ nested }) => nested !== undefined).length);
    expect(role.includes('FollowsExecutions')).toBe(named.some(({ nested }) => nested !== undefined));
    expect(role.includes('CallsTargets')).toBe(JSON.stringify(machines[machine].definition).includes('$states.input.function'));
  });

  it('a function ends before the state that waits for it does', () => {
    const late = MACHINES.flatMap((machine) => tasksOf(graphOf(machine)).map((task) => ({ machine, ...task })))
      .filter((task) => task.function.startsWith('slipway-'))
      .filter((task) => (serverless.functions[task.function.slice('slipway-'.length)]?.timeout ?? Infinity) >= task.timeoutSeconds);
    expect(late).toEqual([]);
  });
});

describe('what calls in', () => {
  it('the routes are those of the local gateway', () => {
    const keyOf = (route: (typeof serverless.functions)[string]['events'][number]['httpApi']): string => (typeof route === 'string' ? route : `${route.method === '*' ? 'ANY' : route.method} ${route.path}`);
    const routes = Object.values(serverless.functions).flatMap(({ name, events }) => events.map(({ httpApi }) => ({ route: keyOf(httpApi), function: name })));
    const expected = HTTP_ROUTES.map((route) => ({ route: `${route.method === '*' ? 'ANY' : route.method} ${route.path.endsWith('/') ? `${route.path}{proxy+}` : route.path}`, function: route.function }));
    expect(routes.sort((a, b) => (a.route < b.route ? -1 : 1))).toEqual(expected.sort((a, b) => (a.route < b.route ? -1 : 1)));
  });

  it('only what checks signatures itself may be called without the authorizer', () => {
    const open = Object.values(serverless.functions).flatMap(({ name, events }) => events.flatMap(({ httpApi }) => (typeof httpApi === 'string' ? [name] : [])));
    expect([...new Set(open)].sort()).toEqual(['slipway-log-in', 'slipway-slack', 'slipway-webhook']);
  });

  it('a schedule is not retried, by the scheduler or by Lambda, and what was missed is kept', () => {
    const schedules = Object.values(resources).filter(({ Type }) => Type === 'AWS::Scheduler::Schedule');
    expect(schedules.map(({ Properties }) => (Properties['Target'] as { Arn: unknown }).Arn)).toEqual(['reconcile', 'sweep', 'sweep-outbox', 'subscriber-git-hosts', 'sweep-repositories', 'slack-worker', 'build-finished', 'subscriber-notifications', 'subscriber-slack'].map((stem) => ({ 'Fn::GetAtt': [logicalId(stem), 'Arn'] })));
    for (const { Properties } of schedules) {
      expect(Properties['Target']).toMatchObject({ RetryPolicy: { MaximumRetryAttempts: 0, MaximumEventAgeInSeconds: 60 }, DeadLetterConfig: { Arn: { 'Fn::GetAtt': ['MissedSchedules', 'Arn'] } }, RoleArn: { 'Fn::GetAtt': ['SchedulerRole', 'Arn'] } });
    }
    for (const stem of ['reconcile', 'sweep', 'sweep-outbox', 'subscriber-git-hosts', 'sweep-repositories', 'slack-worker', 'build-finished', 'subscriber-notifications', 'subscriber-slack']) expect(serverless.functions[stem]).toMatchObject({ maximumRetryAttempts: 0, maximumEventAge: 60 });
  });

  it('a schedule sends what its function takes', async () => {
    for (const { Properties } of Object.values(resources).filter(({ Type }) => Type === 'AWS::Scheduler::Schedule')) {
      const { Arn, Input } = Properties['Target'] as { Arn: { 'Fn::GetAtt': [string] }; Input: string };
      const stem = STEMS.find((one) => logicalId(one) === Arn['Fn::GetAtt'][0]) ?? '';
      const { Event } = (await import(`../../../${moduleOf(stem)}.ts`)) as { Event: { parse(event: unknown): unknown } };
      const sent: unknown = JSON.parse(Input.replace('<aws.scheduler.scheduled-time>', '2026-11-20T09:07:00Z').replace('${param:sweepMinutes}', '15'));
      expect(Event.parse(sent)).toBeDefined();
      if (stem === 'reconcile') expect(Event.parse(sent)).toEqual({ places: 'marked' });
    }
  });

  it('every rule of events has a right to call, keeps what it missed', () => {
    const rules = Object.entries(resources).filter(([, { Type }]) => Type === 'AWS::Events::Rule');
    expect(rules.length).toBeGreaterThan(4);
    for (const [name, { Properties }] of rules) {
      const [target] = Properties['Targets'] as { Arn: { 'Fn::GetAtt': [string, string] }; DeadLetterConfig: unknown }[];
      expect(target?.DeadLetterConfig).toEqual({ Arn: { 'Fn::GetAtt': ['MissedEvents', 'Arn'] } });
      expect(resources[`${name}MayCall`]?.Properties).toEqual({ Action: 'lambda:InvokeFunction', FunctionName: { Ref: target?.Arn['Fn::GetAtt'][0] }, Principal: 'events.amazonaws.com', SourceArn: { 'Fn::GetAtt': [name, 'Arn'] } });
    }
  });
});

/** The placeholders that a machine had before they were filled in. */
function namesIn(definition: string): { placeholder: string; functionStem?: string; nested?: string }[] {
  return Object.entries(substitutions()).filter(([, value]) => definition.includes(`"${value}"`)).map(([placeholder, value]) =>
    placeholder.endsWith('FunctionArn') ? { placeholder, functionStem: value.slice('slipway-'.length) } : { placeholder, nested: value.slice(value.lastIndexOf(':') + 1) });
}

describe('the relay', () => {
  const ofFunction = (stem: string) => Object.values(resources).filter(({ Type, Properties }) => Type === 'AWS::Lambda::EventSourceMapping' && JSON.stringify(Properties['FunctionName']) === JSON.stringify({ Ref: logicalId(stem) }));

  it('hears of new events only, from the stream of the table', () => {
    expect(resources['StateTable']?.Properties['StreamSpecification']).toEqual({ StreamViewType: 'KEYS_ONLY' });
    const [stream] = ofFunction('relay');
    expect(stream?.Properties).toMatchObject({ EventSourceArn: { 'Fn::GetAtt': ['StateTable', 'StreamArn'] }, StartingPosition: 'LATEST', DestinationConfig: { OnFailure: { Destination: { 'Fn::GetAtt': ['MissedEvents', 'Arn'] } } } });
    const { Filters: [filter] } = (stream?.Properties['FilterCriteria'] ?? { Filters: [] }) as { Filters: { Pattern: string }[] };
    // Who restores the table makes this mapping by hand.
    expect(document('docs/aws-operations.md').text).toContain(`--filter-criteria '${JSON.stringify({ Filters: [filter] })}'`);
    expect(JSON.parse(filter?.Pattern ?? '')).toEqual({ eventName: ['INSERT'], dynamodb: { Keys: { partition: { S: [{ prefix: eventsPartition(0).slice(0, -1) }] } } } });
  });

  it.each(SUBSCRIBERS)('rings %s by a queue of its own, after events are settled, and a schedule makes up for lost bells', (subscriber) => {
    const stem = `subscriber-${subscriber}`;
    const [call] = ofFunction(stem);
    const queue = ((call?.Properties['EventSourceArn'] ?? { 'Fn::GetAtt': ['none', ''] }) as { 'Fn::GetAtt': [string, string] })['Fn::GetAtt'][0];
    const timeout = serverless.functions[stem]?.timeout ?? 0;
    expect(resources[queue]?.Properties).toMatchObject({ QueueName: `slipway-${stem}`, DelaySeconds: 4, RedrivePolicy: { deadLetterTargetArn: { 'Fn::GetAtt': ['MissedEvents', 'Arn'] } }, SqsManagedSseEnabled: true });
    expect(resources[queue]?.Properties['VisibilityTimeout']).toBeGreaterThanOrEqual(6 * timeout);
    expect(grants('RelayRole')).toContain(`"${queue}"`);
    expect(grants(`${stem.split('-').map(capital).join('')}Role`)).toContain(`"${queue}"`);
    expect(Object.values(resources).some(({ Type, Properties }) => Type === 'AWS::Scheduler::Schedule' && JSON.stringify(Properties['Target']).includes(logicalId(stem)))).toBe(true);
  });
});
