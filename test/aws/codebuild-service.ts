/**
 * CodeBuild's part of the emulated AWS, as its documentation has it: the emulator answers every run with "succeeded" at once, takes no
 * variables and knows no idempotency tokens. Here a run is a real process with the project's own buildspec and the variables of the call.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { ACCOUNT, AWS_CLI_FOLDER, CREDENTIALS, REGION } from './emulator.ts';
import type { Answer, FaultProxy, Shim } from './faults.ts';

interface Run {
  readonly id: string;
  readonly arn: string;
  readonly startTime: number;
  readonly variables: readonly { name: string; value: string; type: string }[];
  readonly timeoutInMinutes: number;
  endTime?: number;
  status: string;
  output: string;
  process?: ChildProcess;
}

export interface CodeBuildService {
  readonly shim: Shim;
  readonly runs: readonly Run[];
  /** Waits until nothing runs. */
  idle(): Promise<void>;
  /** Ends a run without its program's doing, as CodeBuild ends one: FAULT, TIMED_OUT. */
  end(id: string, status: string): void;
  /** Called with a run's ARN when it has ended: the event "CodeBuild Build State Change". */
  onEnded: (arn: string) => void;
  close(): void;
}

/** The only states that have an end. */
const buildspec = JSON.parse(createRequire(import.meta.url)('../../infrastructure/codebuild/buildspec.cjs') as string) as { env: { shell: string }; phases: { build: { commands: string[] } } };
/** https://docs.aws.amazon.com/codebuild/latest/APIReference/API_StartBuild.html#CodeBuild-StartBuild-request-idempotencyToken */
const TOKEN_KEPT_MS = 5 * 60_000;

/**
 * @param proxy what the runs' own calls go through, as the project's role with the run's ARN
 * @param image variables that the image of the machine has
 */
export function codeBuildService({ project, proxy, image = {} }: { readonly project: string; readonly proxy: Pick<FaultProxy, 'endpoint' | 'identify'>; readonly image?: Readonly<Record<string, string>> }): CodeBuildService {
  const runs: Run[] = [];
  const tokens = new Map<string, { readonly at: number; readonly request: string; readonly run: Run }>();
  const folders: string[] = [];

  const finish = (run: Run, status: string): void => {
    if (run.status !== 'IN_PROGRESS') return;
    run.status = status;
    run.endTime = Date.now();
    service.onEnded(run.arn);
  };

  const start = (run: Run): void => {
    const folder = mkdtempSync(join(tmpdir(), 'slipway-codebuild-'));
    folders.push(folder);
    const given = Object.fromEntries(run.variables.map(({ name, value }) => [name, value]));
    // Of the project's role, for this run only: https://docs.aws.amazon.com/codebuild/latest/userguide/permissions-conditionkeys-variables.html
    const accessKey = `BUILD${run.id.replace(/^.*:/, '').replaceAll('-', '').toUpperCase()}`;
    proxy.identify(accessKey, { role: null, context: { 'codebuild:buildArn': run.arn } });
    // All commands of a phase run in one shell; each machine has a /tmp of its own.
    const script = buildspec.phases.build.commands.join('\n').replaceAll('/tmp/', `${folder}/`);
    run.process = spawn(buildspec.env.shell, ['-e', '-c', script], {
      cwd: folder, detached: true, stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        ...image, PATH: `${AWS_CLI_FOLDER}${delimiter}${process.env['PATH'] ?? ''}`, HOME: folder, TMPDIR: folder, AWS_ENDPOINT_URL: proxy.endpoint, AWS_REGION: REGION, AWS_DEFAULT_REGION: REGION, AWS_ACCESS_KEY_ID: accessKey,
        AWS_SECRET_ACCESS_KEY: CREDENTIALS.secretAccessKey, CODEBUILD_BUILD_ID: run.id, CODEBUILD_BUILD_ARN: run.arn, AWS_SDK_UA_APP_ID: project, ...given,
      },
    });
    const keep = (part: Buffer): void => {
      run.output += part.toString('utf8');
    };
    run.process.stdout?.on('data', keep);
    run.process.stderr?.on('data', keep);
    run.process.on('close', (code) => finish(run, code === 0 ? 'SUCCEEDED' : 'FAILED'));
  };

  const kill = (run: Run): void => {
    try {
      if (run.process?.pid !== undefined) process.kill(-run.process.pid, 'SIGKILL');
    } catch {
      // It has ended.
    }
  };

  const describe = (run: Run) => ({
    id: run.id, arn: run.arn, projectName: project, buildStatus: run.status, buildComplete: run.endTime !== undefined, startTime: run.startTime / 1000, ...(run.endTime === undefined ? {} : { endTime: run.endTime / 1000 }),
    currentPhase: run.endTime === undefined ? 'BUILD' : 'COMPLETED', timeoutInMinutes: run.timeoutInMinutes, environment: { environmentVariables: run.variables },
    phases: [{ phaseType: 'SUBMITTED', phaseStatus: 'SUCCEEDED' }, { phaseType: 'BUILD', phaseStatus: run.status, contexts: run.status === 'FAULT' ? [{ statusCode: 'INTERNAL_SERVICE_ERROR', message: 'the machine is gone' }] : [] }],
  });

  const answer = (status: number, body: unknown, code?: string): Answer => ({ status, headers: { 'content-type': 'application/x-amz-json-1.1', ...(code === undefined ? {} : { 'x-amzn-errortype': code }) }, body: Buffer.from(JSON.stringify(body)) });
  const refuse = (code: string, message: string): Answer => answer(400, { __type: code, message }, code);

  function startBuild(request: { projectName: string; idempotencyToken?: string; timeoutInMinutesOverride?: number; environmentVariablesOverride?: Run['variables'] }): Answer {
    if (request.projectName !== project) return refuse('ResourceNotFoundException', `Project cannot be found: arn:aws:codebuild:${REGION}:${ACCOUNT}:project/${request.projectName}`);
    const known = request.idempotencyToken === undefined ? undefined : tokens.get(request.idempotencyToken);
    if (known !== undefined && Date.now() - known.at < TOKEN_KEPT_MS) {
      return known.request === JSON.stringify(request) ? answer(200, { build: describe(known.run) }) : refuse('InvalidInputException', 'Parameters do not match those of the request with this idempotency token');
    }
    const id = `${project}:${randomUUID()}`;
    const run: Run = { id, arn: `arn:aws:codebuild:${REGION}:${ACCOUNT}:build/${id}`, startTime: Date.now(), variables: request.environmentVariablesOverride ?? [], timeoutInMinutes: request.timeoutInMinutesOverride ?? 60, status: 'IN_PROGRESS', output: '' };
    runs.push(run);
    if (request.idempotencyToken !== undefined) tokens.set(request.idempotencyToken, { at: Date.now(), request: JSON.stringify(request), run });
    start(run);
    return answer(200, { build: describe(run) });
  }

  const service: CodeBuildService = {
    runs,
    shim: async (call, { body }) => {
      if (call.service !== 'codebuild') return undefined;
      const request = JSON.parse(body.toString('utf8')) as Record<string, never>;
      if (call.action === 'StartBuild') return startBuild(request as unknown as Parameters<typeof startBuild>[0]);
      if (call.action === 'BatchGetBuilds') {
        const ids = request['ids'] as unknown as string[];
        if (ids.length > 100) return refuse('InvalidInputException', 'at most 100 ids');
        return answer(200, { builds: runs.filter(({ id }) => ids.includes(id)).map(describe), buildsNotFound: ids.filter((id) => !runs.some((run) => run.id === id)) });
      }
      if (call.action === 'StopBuild') {
        const run = runs.find(({ id }) => id === (request['id'] as unknown as string));
        if (run === undefined) return refuse('ResourceNotFoundException', 'no such build');
        const before = run.status;
        if (before === 'IN_PROGRESS') service.end(run.id, 'STOPPED');
        return answer(200, { build: describe(run) });
      }
      return undefined;
    },
    idle: async () => {
      while (runs.some(({ status }) => status === 'IN_PROGRESS')) await new Promise((resolve) => setTimeout(resolve, 20));
    },
    end: (id, status) => {
      const run = runs.find((known) => known.id === id);
      if (run === undefined) throw new Error(`no run ${id}`);
      kill(run);
      finish(run, status);
    },
    onEnded: () => undefined,
    close: () => {
      for (const run of runs) kill(run);
      for (const folder of folders) rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
  return service;
}
