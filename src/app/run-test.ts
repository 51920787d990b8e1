/** Runs one test of a stage, or keeps the outcome of one that ran as a command. Every result is kept. */
import type { CommandOutcome } from '../ports/commands.ts';
import { TestResult } from '../domain/deployment.ts';
import { NotFound, SlipwayError, TestsFailed } from '../domain/errors.ts';
import type { DeploymentId } from '../domain/ids.ts';
import type { Test } from '../domain/manifest.ts';
import { replaySeconds } from '../domain/replay/limits.ts';
import { replayDetail } from '../domain/replay/telling.ts';
import type { Observed } from '../domain/state.ts';
import type { Ports } from '../ports/index.ts';
import { cloneUrlOf } from './clone-url.ts';
import { forwardTurn, stageOf, type Turn } from './deployment-turn.ts';
import { observe } from './observe.ts';
import { replayHere, type ReplayHereNeeds } from './replay-here.ts';
import { replayCommand } from './replay-test.ts';
import { expecting, read } from './state/documents.ts';
import { testResultKey } from './state/keys.ts';

export type RunTestNeeds = ReplayHereNeeds & Pick<Ports, 'environments' | 'store' | 'targets' | 'httpChecks' | 'commands' | 'settings' | 'orchestrator'>;

export interface RunTestInput {
  readonly deploymentId: DeploymentId;
  readonly name: string;
  /** Which try of a command this is, from 1. */
  readonly attempt?: number | undefined;
  /** Set for a command: who waits for its outcome. */
  readonly token?: string | undefined;
  /** Set when a command has ended. */
  readonly outcome?: CommandOutcome | undefined;
}

/** @throws Superseded, Cancelled; NotFound for a test the plan does not have; NotSupported for a command without a commit to check out */
export const runTest = (needs: RunTestNeeds) => async (input: RunTestInput): Promise<{ name: string; status: 'passed' | 'failed' | 'running' | 'retry' }> => {
  const turn = await forwardTurn(needs, input.deploymentId);
  const test = testOf(turn, input.name);
  const attempts = input.attempt ?? 1;
  if (input.outcome !== undefined) {
    const detail = test.replay === undefined ? input.outcome.detail : replayDetail(input.outcome.detail);
    const kept = await keep(needs, input.deploymentId, { name: input.name, outcome: input.outcome.passed ? 'passed' : 'failed', seconds: input.outcome.seconds, attempts, detail: detail.slice(-20_000) });
    return kept.status === 'failed' && attempts <= test.retries ? { name: input.name, status: 'retry' } : kept;
  }
  const observed = await observe(needs, turn.desired.value);
  const baseUrl = addressOf(turn, observed);
  if (input.token !== undefined && test.http === undefined) {
    await begin(needs, turn, { test, attempts, token: input.token }, baseUrl, observed);
    return { name: input.name, status: 'running' };
  }
  return keep(needs, input.deploymentId, await attempt(needs, test, baseUrl));
};

/** Its outcome answers the token: later, from where commands run, or now, from a replay here. */
async function begin(needs: RunTestNeeds, turn: Turn, { test, attempts, token }: { readonly test: Test; readonly attempts: number; readonly token: string }, baseUrl: string, observed: Observed): Promise<void> {
  const { replaysHere: limits } = needs.settings;
  if (test.replay !== undefined && limits !== undefined) return answer(needs, token, await replayHere(needs, turn, { replay: test.replay, test, limits }, baseUrl));
  const { id: deployment } = turn.deployment.value;
  const id = `${deployment}-test-${stageOf(turn.deployment.value, 'staging').tests.indexOf(test)}-${attempts}`;
  const replay = test.replay === undefined ? null : await replayCommand(needs, turn, test.replay, baseUrl, observed);
  if (typeof replay === 'string') throw new TestsFailed(replay);
  const run = await commandRun(needs, turn, id, replay?.command ?? test.command ?? [], test.timeout + replaySeconds(test), baseUrl);
  await needs.commands.start(replay === null ? run : { ...run, environment: { ...run.environment, ...replay.environment }, inputs: replay.inputs }, token);
}

async function answer({ orchestrator }: Pick<Ports, 'orchestrator'>, token: string, outcome: CommandOutcome): Promise<void> {
  try {
    await orchestrator.succeedTask(token, outcome);
  } catch (error) {
    // Nobody waits any more: the pipeline was stopped meanwhile.
    if (!(error instanceof SlipwayError && error.name === 'TokenRefused')) throw error;
  }
}

function testOf(turn: Turn, name: string): Test {
  const tests = stageOf(turn.deployment.value, 'staging').tests;
  const test = tests.find((known) => known.name === name);
  if (test === undefined) throw new NotFound(`${turn.deployment.value.id} has no test "${name}"; it has: ${tests.map((known) => known.name).join(', ')}.`);
  return test;
}

/** Looks anew: what is stored may be from before the route had its address. */
export async function baseUrlOf(needs: Pick<Ports, 'store' | 'targets'>, turn: Turn): Promise<string> {
  return addressOf(turn, await observe(needs, turn.desired.value));
}

function addressOf(turn: Turn, { endpoint }: Observed): string {
  if (endpoint === null) throw new NotFound(`${turn.deployment.value.service} has no address in ${turn.deployment.value.environment} yet.`);
  return endpoint;
}

export async function commandRun(needs: Pick<Ports, 'store' | 'environments'>, turn: Turn, id: string, command: readonly string[], timeoutSeconds: number, baseUrl: string | null) {
  const { repository, commit, manifestPath, version } = turn.pipeline.value;
  const { service, environment } = turn.deployment.value;
  return {
    id, repository: repository === null ? null : await cloneUrlOf(needs, repository), commit, folder: manifestPath?.includes('/') === true ? manifestPath.slice(0, manifestPath.lastIndexOf('/')) : '', digest: turn.deployment.value.plan.digest,
    command: [...command], timeoutSeconds,
    environment: { ...(baseUrl === null ? {} : { BASE_URL: baseUrl }), SLIPWAY_SERVICE: service, SLIPWAY_ENVIRONMENT: environment, SLIPWAY_VERSION: version },
  };
}

async function attempt(needs: RunTestNeeds, test: Test, baseUrl: string): Promise<TestResult> {
  if (test.http === undefined) throw new TypeError(`the test ${test.name} is no HTTP check`);
  for (let attempts = 1; ; attempts += 1) {
    const answer = await needs.httpChecks.run(baseUrl, test.http, test.timeout);
    if (answer.passed || attempts > test.retries) return { name: test.name, outcome: answer.passed ? 'passed' : 'failed', seconds: answer.seconds, attempts, detail: answer.detail.slice(-20_000) };
  }
}

async function keep(needs: Pick<Ports, 'store'>, id: DeploymentId, result: TestResult): Promise<{ name: string; status: 'passed' | 'failed' }> {
  const key = testResultKey(id, result.name);
  const before = await read(needs.store, TestResult, key);
  await needs.store.transact([{ kind: 'put', key, value: result, condition: expecting(before) }]);
  return { name: result.name, status: result.outcome };
}
