/** Builds and commands on CodeBuild: real git repositories, the real buildspec, the real bucket of the emulator. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { CreateBucketCommand, GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { signedBuilds } from '../../src/adapters/aws/calls/signed-builds.ts';
import { createSignedCall } from '../../src/adapters/aws/calls/signed-call.ts';
import { signedObjects } from '../../src/adapters/aws/calls/signed-objects.ts';
import { codeBuildCalls, createCodeBuildBuilder, createCodeBuildCommands, createJobCredentials, createJobEvents } from '../../src/adapters/aws/codebuild-jobs.ts';
import { createDynamoStore } from '../../src/adapters/aws/dynamodb-store.ts';
import { extractArchive } from '../../src/adapters/archive-rules/extract.ts';
import { artifactObjectKey, createS3Artifacts } from '../../src/adapters/aws/s3-artifacts.ts';
import { randomIds } from '../../src/adapters/local/random-ids.ts';
import { lendCredential } from '../../src/app/lend-credential.ts';
import { ProviderUnavailable, TokenRefused } from '../../src/domain/errors.ts';
import { Digest } from '../../src/domain/ids.ts';
import type { BuildFinished, BuildRequest } from '../../src/ports/builder.ts';
import type { CommandOutcome, CommandRun } from '../../src/ports/commands.ts';
import { NOBODY } from '../../scripts/permissions/calls.ts';
import { decide } from '../../scripts/permissions/decide.ts';
import { statementsOf } from '../../scripts/permissions/statements.ts';
import { fakeClock } from '../fakes/clock.ts';
import { sdkTable } from '../fakes/sdk-calls.ts';
import { gitRepository, type GitRepository } from '../unit/adapters/local/git-repository.ts';
import { template } from '../unit/functions/template.ts';
import { codeBuildService, type CodeBuildService } from './codebuild-service.ts';
import { ACCOUNT, clientSettings, CREDENTIALS, INSTALLED, makeStateTable, REGION, uniqueName } from './emulator.ts';
import { startFaultProxy, type FaultProxy } from './faults.ts';
import { type PrivateGitHost, startPrivateGitHost } from './private-git-host.ts';
import { invocations } from './shims/invocations.ts';

let proxy: FaultProxy;
let state: Awaited<ReturnType<typeof makeStateTable>>;
let s3: S3Client;
let dynamo: DynamoDBClient;
const bucket = uniqueName('jobs');
beforeAll(async () => {
  proxy = await startFaultProxy();
  state = await makeStateTable();
  s3 = new S3Client({ ...clientSettings(), forcePathStyle: true });
  dynamo = new DynamoDBClient(clientSettings());
  await s3.send(new CreateBucketCommand({ Bucket: bucket, CreateBucketConfiguration: { LocationConstraint: 'eu-central-1' } }));
  proxy.standsFor(bucket, INSTALLED.bucket);
});
afterAll(async () => {
  await state.remove();
  await proxy.close();
});

let work: string;
let origin: GitRepository;
let service: CodeBuildService;
let clock: ReturnType<typeof fakeClock>;
let built: BuildFinished[];
let ran: { token: string; outcome: CommandOutcome }[];
let failing: Error[];
let patienceSeconds: number;
let lent: string[];
let image: Record<string, string>;
const LENDER = 'slipway-lend-credential';
const SECRET = 'token-of-the-git-host';
beforeEach(() => {
  proxy.clear();
  work = mkdtempSync(join(tmpdir(), 'slipway-jobs-'));
  origin = gitRepository(join(work, 'origin'));
  image = {};
  service = codeBuildService({ project: 'slipway-jobs', proxy, image });
  proxy.shim(service.shim);
  clock = fakeClock(Date.now());
  [built, ran, failing, lent] = [[], [], [], []];
  patienceSeconds = 30;
  proxy.shim(invocations({ [LENDER]: async (payload) => lendCredential({ jobCredentials: createJobCredentials({ store: store(), credential: async (host) => { lent.push(host); return `reader:${SECRET}`; } }) })(payload as { job: string }) }));
});
afterEach(async () => {
  service.close();
  for (const job of await store().query('codebuild', '', { limit: 100 }).then(({ items }) => items)) await store().transact([{ kind: 'delete', key: job, condition: { generation: job.generation } }]);
  rmSync(work, { recursive: true, force: true });
});

const signing = () => ({ region: REGION, credentials: CREDENTIALS });
const objects = (caller?: string) => signedObjects({ ...signing(), endpoint: proxy.endpoint, bucket, caller });
const artifacts = (caller?: string) => createS3Artifacts({ extract: extractArchive, objects: objects(caller) });
const store = () => createDynamoStore({ call: sdkTable(dynamo), table: state.table });
const needs = (caller: string) => ({
  store: store(), clock, ids: randomIds,
  calls: codeBuildCalls({ builds: signedBuilds(createSignedCall({ ...signing(), endpoint: proxy.endpoint, caller, pause: async () => undefined })), objects: objects(caller), settings: { project: 'slipway-jobs', bucket, lender: LENDER, patienceSeconds } }),
});
const builder = () => createCodeBuildBuilder(needs('slipway-build'));
const commands = () => createCodeBuildCommands(needs('slipway-test'));
const events = () => createJobEvents({
  ...needs('slipway-build-finished'), artifacts: artifacts('slipway-build-finished'),
  onBuilt: async (finished) => {
    const error = failing.shift();
    if (error !== undefined) throw error;
    built.push(finished);
  },
  onRan: async (token, outcome) => {
    const error = failing.shift();
    if (error !== undefined) throw error;
    ran.push({ token, outcome });
  },
});

let count = 0;
const asked = (files: Parameters<GitRepository['commit']>[0], recipe: Partial<BuildRequest['recipe']>, more: Partial<BuildRequest> = {}): BuildRequest => {
  count += 1;
  return {
    build: `shop-${count}`, token: 'token-one', service: 'shop' as never, repository: origin.path, commit: origin.commit(files), manifestPath: 'services/shop/slipway.yaml', version: '1.2.3',
    recipe: { output: 'dist', timeout: 60, ...recipe }, provenance: { branch: 'main', author: null, pusher: null }, ...more,
  };
};
const FILES = { 'services/shop/slipway.yaml': 'service: shop\n', 'services/shop/src/app.js': 'hello\n', 'services/shop/build.sh': { script: '#!/bin/sh\nset -e\nmkdir dist\ncp src/app.js dist/\nln -s app.js dist/alias\nprintf "%s %s %s" "$SLIPWAY_SERVICE" "$SLIPWAY_VERSION" "$SOURCE_DATE_EPOCH" > dist/about\necho built "$@"\nenv | sort\n' } } as const;

/** Starts it, lets it end, and has its event come. */
async function outcomeOf(request: BuildRequest) {
  await builder().start(request);
  await service.idle();
  await events().ended(service.runs.at(-1)?.arn ?? '');
  return built.at(-1)?.outcome;
}

describe('a build', () => {
  it('checks out, tests, builds, and stores an artifact that unpacks by the rules of all, with its log', async () => {
    const outcome = await outcomeOf(asked(FILES, { test: ['sh', '-c', 'echo tested; test -f src/app.js'], command: ['./build.sh', 'a b', '$(touch /tmp/slipway-injected)'] }));
    expect(outcome).toMatchObject({ status: 'succeeded', bytes: expect.any(Number), log: expect.stringMatching(/^sha256:/) });
    if (outcome?.status !== 'succeeded') return;
    await artifacts().unpack(outcome.digest, join(work, 'out'));
    expect(readdirSync(join(work, 'out')).sort()).toEqual(['about', 'alias', 'app.js']);
    expect(readFileSync(join(work, 'out/alias'), 'utf8')).toBe('hello\n');
    expect(readFileSync(join(work, 'out/about'), 'utf8')).toBe('shop 1.2.3 1700000000');
    const log = await artifacts().tail(outcome.log ?? ('' as Digest), 100_000);
    expect(log).toContain('tested\n');
    expect(log).toContain('built a b $(touch /tmp/slipway-injected)\n');
    expect(log).not.toContain('AWS_');
    expect(log).not.toContain('token-one');
    expect(built.map(({ request }) => [request.build, request.token])).toEqual([[`shop-${count}`, 'token-one']]);
  });

  it('gives the same bytes for the same files, whenever it runs', async () => {
    const first = await outcomeOf(asked(FILES, { command: ['./build.sh'] }));
    const again = await outcomeOf(asked(FILES, { command: ['sh', '-c', './build.sh && touch -d 2001-01-01 dist/app.js'] }));
    expect(first?.status === 'succeeded' && again?.status === 'succeeded' && first.digest === again.digest).toBe(true);
  });

  it('checks out what the commit holds, whatever attributes say', async () => {
    const outcome = await outcomeOf(asked({ 'services/shop/slipway.yaml': '', '.gitattributes': '* text=auto eol=crlf\nid.txt ident\n', 'services/shop/id.txt': '$Id$\nline\n' }, { output: '.' }));
    expect(outcome).toMatchObject({ status: 'succeeded' });
    if (outcome?.status !== 'succeeded') return;
    await artifacts().unpack(outcome.digest, join(work, 'out'));
    expect(readFileSync(join(work, 'out/id.txt'), 'utf8')).toBe('$Id$\nline\n');
  });

  it.each([
    ['test', { test: ['sh', '-c', 'echo broken test; exit 3'], command: ['false'] }, 'exit code 3'],
    ['build', { command: ['sh', '-c', 'echo broken build; kill -9 $$'] }, 'signal 9'],
    ['build', { command: ['no-such-program'] }, 'could not be started'],
    ['pack', { command: ['true'] }, 'made no folder services/shop/dist'],
    ['pack', { command: ['mkdir', 'dist'] }, 'is empty'],
    ['pack', { command: ['ln', '-s', '/etc', 'dist'] }, 'leads outside'],
    ['pack', { command: ['sh', '-c', 'mkdir dist && mkfifo dist/pipe'] }, 'device, socket or pipe'],
    ['timeout', { command: ['sleep', '60'], timeout: 2 }, 'longer than its limit of 2 s'],
  ] as const)('that fails in %s with %j says so', async (step, recipe, message) => {
    const outcome = await outcomeOf(asked(FILES, recipe));
    expect(outcome).toMatchObject({ status: 'failed', step, message: expect.stringContaining(message) });
    if (step === 'test') expect(outcome).toMatchObject({ tail: expect.stringContaining('broken test') });
    expect(service.runs.at(-1)?.status).toBe('FAILED');
  });

  it('of a commit that is not there fails in its checkout', async () => {
    expect(await outcomeOf(asked(FILES, {}, { commit: '1'.repeat(40) as never }))).toMatchObject({ status: 'failed', step: 'checkout' });
  });

  it('whose machine is lost fails with what CodeBuild says', async () => {
    await builder().start(asked(FILES, { command: ['sleep', '60'] }));
    service.end(service.runs[0]?.id ?? '', 'FAULT');
    await events().ended(service.runs[0]?.arn ?? '');
    expect(built[0]?.outcome).toMatchObject({ status: 'failed', step: 'build', message: expect.stringContaining('the machine is gone') });
  });

  it('that CodeBuild ends for its time says timeout', async () => {
    await builder().start(asked(FILES, { command: ['sleep', '60'] }));
    service.end(service.runs[0]?.id ?? '', 'TIMED_OUT');
    await events().ended(service.runs[0]?.arn ?? '');
    expect(built[0]?.outcome).toMatchObject({ status: 'failed', step: 'timeout' });
    expect(service.runs[0]?.timeoutInMinutes).toBe(16);
  });

  it('that says it stored what is not in the bucket has failed', async () => {
    const request = asked(FILES, { command: ['sleep', '60'] });
    await builder().start(request);
    const arn = service.runs[0]?.arn ?? '';
    const claimed = Digest.parse(`sha256:${'a'.repeat(64)}`);
    const put = (name: string, Body: string) => s3.send(new PutObjectCommand({ Bucket: bucket, Key: `jobs/${arn}/out/${name}`, Body, ChecksumAlgorithm: 'SHA256' }));
    await put('artifact', 'other bytes');
    await put('log', 'a log');
    await put('result.json', JSON.stringify({ status: 'succeeded', digest: claimed, bytes: 1, log: `sha256:${'b'.repeat(64)}`, seconds: 1 }));
    service.end(service.runs[0]?.id ?? '', 'SUCCEEDED');
    await events().ended(arn);
    expect(built[0]?.outcome).toMatchObject({ status: 'failed', step: 'pack', log: null, message: expect.stringContaining(claimed) });
    expect(await artifacts().has(claimed)).toBe(false);
  });

  it('is cancelled with all it started', async () => {
    const request = asked(FILES, { command: ['sleep', '60'] });
    await builder().start(request);
    expect(await builder().cancel(request.build)).toBe(true);
    expect(await builder().cancel('shop-none')).toBe(false);
    await events().ended(service.runs[0]?.arn ?? '');
    expect(built[0]?.outcome).toMatchObject({ status: 'failed', step: 'cancelled' });
    expect(await builder().cancel(request.build)).toBe(false);
  });

  it('with a request that cannot be is refused before anything starts', async () => {
    await expect(builder().start(asked(FILES, {}, { manifestPath: '../up/slipway.yaml' }))).rejects.toMatchObject({ name: 'InvalidInput' });
    expect(service.runs).toHaveLength(0);
  });
});

describe('starts and ends, through faults', () => {
  it('the same build started again while it runs is one build, with the newest token', async () => {
    const request = asked(FILES, { command: ['./build.sh'] });
    await Promise.all([builder().start(request), builder().start(request)]);
    await builder().start({ ...request, token: 'token-two' });
    await service.idle();
    await events().sweep();
    expect(service.runs).toHaveLength(1);
    expect(built.map(({ request: { token } }) => token)).toEqual(['token-two']);
  });

  it('is built again after its end', async () => {
    const request = asked(FILES, { command: ['./build.sh'] });
    await outcomeOf(request);
    await outcomeOf(request);
    expect(service.runs).toHaveLength(2);
    expect(built).toHaveLength(2);
  });

  it.each(['throttle', 'cut', 'lost answer'] as const)('a start through "%s" is one run, at the second try', async (kind) => {
    const request = asked(FILES, { command: ['./build.sh'] });
    proxy.inject({ action: 'StartBuild', times: 3, fault: { kind } });
    await expect(builder().start(request)).rejects.toMatchObject({ name: 'ProviderUnavailable' });
    await builder().start(request);
    await service.idle();
    expect(await events().sweep()).toEqual({ ended: 1, running: 0 });
    expect(service.runs).toHaveLength(1);
    expect(built.map(({ outcome }) => outcome.status)).toEqual(['succeeded']);
  });

  it('a run that ended before its id was noted is found by its own name', async () => {
    patienceSeconds = 1;
    proxy.inject({ action: 'StartBuild', times: 3, fault: { kind: 'lost answer' } });
    await expect(builder().start(asked(FILES, { command: ['./build.sh'] }))).rejects.toThrow();
    await service.idle();
    await events().ended(service.runs[0]?.arn ?? '');
    expect(built).toMatchObject([{ outcome: { status: 'failed', message: expect.stringContaining('left no result') } }]);
  });

  it('an outcome that could not be taken is reported again, and then no more', async () => {
    await builder().start(asked(FILES, { command: ['./build.sh'] }));
    await service.idle();
    failing.push(new ProviderUnavailable('injected'));
    await expect(events().ended(service.runs[0]?.arn ?? '')).rejects.toMatchObject({ name: 'ProviderUnavailable' });
    expect(await events().sweep()).toEqual({ ended: 1, running: 0 });
    await events().ended(service.runs[0]?.arn ?? '');
    expect(built).toHaveLength(1);
  });

  it('an outcome that nobody waits for is forgotten', async () => {
    await builder().start(asked(FILES, { command: ['./build.sh'] }));
    await service.idle();
    failing.push(new TokenRefused('injected'));
    expect(await events().sweep()).toEqual({ ended: 1, running: 0 });
    expect(await events().sweep()).toEqual({ ended: 0, running: 0 });
  });

  it('an event that came too early, or of another project\'s run, changes nothing', async () => {
    await builder().start(asked(FILES, { command: ['sleep', '60'] }));
    await events().ended(service.runs[0]?.arn ?? '');
    await events().ended('arn:aws:codebuild:eu-central-1:123456789012:build/other:1234');
    expect(built).toEqual([]);
    expect(await events().sweep()).toEqual({ ended: 0, running: 1 });
  });
});

/** As a service's own command may: what the program that started it was given is in the same machine. */
const TAKES_THE_ROLE = `
import json, os, subprocess
given = dict(entry.split(b"=", 1) for entry in open(f"/proc/{os.getppid()}/environ", "rb").read().split(b"\\0") if b"=" in entry)
names = ("PATH", "HOME", "AWS_ENDPOINT_URL", "AWS_DEFAULT_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")
environment = {name: given[name.encode()].decode() for name in names}
open("note", "w").write("mine")
bucket, run = given[b"SLIPWAY_BUCKET"].decode(), given[b"CODEBUILD_BUILD_ARN"].decode()
def aws(*arguments):
    return subprocess.run(["aws", *arguments], env={**environment, "AWS_SDK_UA_APP_ID": "${NOBODY}"}, capture_output=True, text=True)
put = ("s3api", "put-object", "--bucket", bucket, "--body", "note", "--key")
aws(*put, "sha256/" + "c" * 64, "--if-none-match", "*")
aws(*put, f"jobs/{run}/out/artifact")
aws(*put, f"jobs/{run}/in/request.json")
aws(*put, f"jobs/{run}x/out/result.json", "--if-none-match", "*")
aws("s3api", "get-object", "--bucket", bucket, "--key", "sha256/" + "c" * 64, "taken")
aws("s3api", "get-object", "--bucket", bucket, "--key", f"jobs/{run}x/in/request.json", "taken")
aws("s3api", "list-objects-v2", "--bucket", bucket)
aws("secretsmanager", "get-secret-value", "--secret-id", "slipway/git-credentials")
aws("dynamodb", "get-item", "--table-name", "slipway-state", "--key", json.dumps({"partition": {"S": "p"}, "sort": {"S": "s"}}))
aws("codebuild", "start-build", "--project-name", "slipway-jobs")
`;

describe('what a service\'s own commands run with', () => {
  const jobRole = statementsOf({ Resources: template }, 'JobProjectRole', { account: ACCOUNT, region: REGION, parameters: {} });
  const decisions = (caller: string) => proxy.calls.filter((call) => call.function === caller).flatMap(({ asks }) => asks.map((one) => `${one.action} ${decide(jobRole, one)}`));

  it('allows a run what it needs', async () => {
    expect(await outcomeOf(asked(FILES, { command: ['./build.sh'] }))).toMatchObject({ status: 'succeeded' });
    expect([...new Set(decisions('slipway-jobs'))].sort()).toEqual(['s3:GetObject allowed', 's3:PutObject allowed']);
  });

  it('allows nothing else to a command that takes the role', async () => {
    await outcomeOf(asked({ ...FILES, 'services/shop/take.py': TAKES_THE_ROLE }, { command: ['python3', 'take.py'] }));
    const tried = decisions(NOBODY);
    expect(tried).toHaveLength(10);
    expect(tried.filter((one) => !one.endsWith(' not allowed'))).toEqual([]);
  });

  it('is lent the credential of its git host once, by the run\'s own name', async () => {
    await builder().start(asked(FILES, { command: ['true'] }, { repository: 'https://127.0.0.1:9/shop' }));
    const job = service.runs[0]?.variables.find(({ name }) => name === 'SLIPWAY_JOB')?.value ?? '';
    await service.idle();
    expect(lent).toEqual(['127.0.0.1:9']);
    expect(decisions('slipway-jobs').filter((one) => one.startsWith('lambda:'))).toEqual(['lambda:InvokeFunction allowed']);
    const again = createJobCredentials({ store: store(), credential: async () => SECRET });
    await expect(again.lend(job)).rejects.toMatchObject({ name: 'Forbidden' });
    await expect(again.lend('somebodyelse')).rejects.toMatchObject({ name: 'NotFound' });
    await events().ended(service.runs[0]?.arn ?? '');
    expect(built[0]?.outcome).toMatchObject({ status: 'failed', step: 'checkout' });
    expect(JSON.stringify(built)).not.toContain(SECRET);
    expect(service.runs[0]?.output).not.toContain(SECRET);
  });

  describe('for a private repository', () => {
    let host: PrivateGitHost;
    const begin = async (credential: string): Promise<void> => {
      host = await startPrivateGitHost(work, credential);
      image['GIT_SSL_CAINFO'] = host.authority;
    };
    afterEach(() => host.close());
    /** Whatever a command could see of it. */
    const LOOKS = "env; cat /proc/self/environ /proc/$PPID/environ /proc/$PPID/cmdline 2>/dev/null | tr '\\0' '\\n'; git config --list --show-origin || true; mkdir dist; cp src/app.js dist/";

    it('reads it over HTTPS with what it was lent, of which a command sees nothing', async () => {
      await begin(`reader:${SECRET}`);
      const outcome = await outcomeOf(asked(FILES, { command: ['sh', '-c', LOOKS] }, { repository: `${host.address}/origin` }));
      expect(outcome).toMatchObject({ status: 'succeeded' });
      expect(lent).toEqual([host.name]);
      expect(host.requests.filter(({ authorization }) => authorization !== undefined).length).toBeGreaterThan(1);
      const log = outcome?.status === 'succeeded' ? await artifacts().tail(outcome.log ?? ('' as Digest), 100_000) : '';
      expect(log).toContain('PATH=');
      for (const text of [log, service.runs[0]?.output ?? '', JSON.stringify(built)]) for (const form of [SECRET, Buffer.from(`reader:${SECRET}`).toString('base64')]) expect(text).not.toContain(form);
    });

    it('fails in its checkout where the host refuses it, without a word of the credential', async () => {
      await begin('reader:another');
      const outcome = await outcomeOf(asked(FILES, { command: ['true'] }, { repository: `${host.address}/origin` }));
      expect(outcome).toMatchObject({ status: 'failed', step: 'checkout', message: expect.stringMatching(/Authentication failed|could not read Username|401/) });
      for (const form of [SECRET, Buffer.from(`reader:${SECRET}`).toString('base64')]) expect(`${JSON.stringify(built)}${service.runs[0]?.output ?? ''}`).not.toContain(form);
    });
  });
});

describe('a command', () => {
  const run = (more: Partial<CommandRun>): CommandRun => ({ id: `shop-${(count += 1)}-staging-test-0-1`, repository: origin.path, commit: origin.commit(FILES), digest: Digest.parse(`sha256:${'b'.repeat(64)}`), folder: 'services/shop', command: ['true'], environment: {}, timeoutSeconds: 30, ...more });
  const outcome = async (asked: CommandRun) => {
    await commands().start(asked, 'token');
    await service.idle();
    await events().sweep();
    return ran.at(-1);
  };

  it('runs in the manifest\'s folder of the commit, with its variables, and answers its token', async () => {
    expect(await outcome(run({ command: ['sh', '-c', 'pwd; cat src/app.js; echo "$BASE_URL|$SLIPWAY_ENVIRONMENT|$AWS_ACCESS_KEY_ID|$SLIPWAY_JOB"'], environment: { BASE_URL: 'http://shop/', SLIPWAY_ENVIRONMENT: 'staging' } }))).toMatchObject({
      token: 'token', outcome: { passed: true, detail: expect.stringMatching(/ended with exit code 0\.\n(?:.*\n)*.*services\/shop\nhello\nhttp:\/\/shop\/\|staging\|\|/) },
    });
  });

  it('finds the stored files that it was given', async () => {
    const made = await outcomeOf(asked(FILES, { command: ['./build.sh'] }));
    const digest = made?.log ?? ('' as Digest);
    expect((await outcome(run({ command: ['sh', '-c', 'grep -c built "$SLIPWAY_INPUTS/log.txt"'], inputs: [{ name: 'log.txt', digest }] })))?.outcome).toMatchObject({ passed: true });
  });

  it('that fails says how, with the end of its output', async () => {
    expect((await outcome(run({ command: ['sh', '-c', 'echo no; exit 7'] })))?.outcome).toMatchObject({ passed: false, detail: expect.stringMatching(/exit code 7[^]*no\n/) });
  });

  it('that takes too long is ended', async () => {
    expect((await outcome(run({ command: ['sleep', '60'], timeoutSeconds: 1 })))?.outcome).toMatchObject({ passed: false, detail: expect.stringContaining('longer than its limit of 1 s') });
  });

  it('runs on the artifact where there is no commit, after a look at its digest', async () => {
    const made = await outcomeOf(asked(FILES, { command: ['./build.sh'] }));
    if (made?.status !== 'succeeded') throw new Error('the build failed');
    const without = { repository: null, commit: null, digest: made.digest };
    expect((await outcome(run({ ...without, command: ['cat', 'alias'] })))?.outcome).toMatchObject({ passed: true, detail: expect.stringContaining('hello') });
    const bytes = Buffer.from((await (await s3.send(new GetObjectCommand({ Bucket: bucket, Key: artifactObjectKey(made.digest) }))).Body?.transformToByteArray()) ?? []);
    await s3.send(new PutObjectCommand({ Bucket: bucket, Key: artifactObjectKey(made.digest), Body: Buffer.concat([bytes, Buffer.from('x')]) }));
    expect((await outcome(run({ ...without, command: ['cat', 'alias'] })))?.outcome).toMatchObject({ passed: false, detail: expect.stringContaining('damaged') });
  });

  it.each([
    ['a link', (folder: string) => symlinkSync('/etc', join(folder, 'out'))],
    ['a link upwards', (folder: string) => symlinkSync('../../up', join(folder, 'out'))],
  ])('is not run on an artifact with %s that leads outside', async (_what, make) => {
    const folder = mkdtempSync(join(tmpdir(), 'slipway-artifact-'));
    make(folder);
    const packed = execFileSync('tar', ['-cz', '-C', folder, '.']);
    rmSync(folder, { recursive: true });
    const digest = Digest.parse(`sha256:${createHash('sha256').update(packed).digest('hex')}`);
    await s3.send(new PutObjectCommand({ Bucket: bucket, Key: artifactObjectKey(digest), Body: packed }));
    expect((await outcome(run({ repository: null, commit: null, digest, command: ['ls'] })))?.outcome).toMatchObject({ passed: false, detail: expect.stringMatching(/out of the artifact leads outside/) });
  });

  it('is cancelled by the beginning of its id', async () => {
    const one = run({ id: 'shop-77-staging-test-0-1', command: ['sleep', '60'] });
    await commands().start(one, 'token');
    await commands().start({ ...one, id: 'shop-78-staging-test-0-1' }, 'other');
    expect(await commands().cancel('shop-77-')).toBe(1);
    expect(await events().sweep()).toEqual({ ended: 1, running: 1 });
    expect(ran).toMatchObject([{ token: 'token', outcome: { passed: false, detail: expect.stringContaining('cancelled') } }]);
  });
});
