/** What a manifest must keep between its fields. Its schema has already held each field by itself. */
import { error, warning, type FieldPath, type Finding } from './finding.ts';
import type { ApprovalRule, Gate, Manifest, Test } from './manifest.ts';
import { globProblem } from './paths.ts';
import { checkMixed, checkReserved } from './variables.ts';

/** A canary takes 5 to 10 % of the traffic: less is seldom evidence, more is no longer a small risk. */
const CANARY_PERCENT = { least: 5, most: 10 } as const;

/** Strategies of targets that cannot do all of them. An alias of a function moves weights, and has no instances to replace in batches. */
const STRATEGIES_OF_TARGET: Readonly<Record<string, readonly string[]>> = { lambda: ['canary', 'blue-green', 'all-at-once'] };

/** All findings about one manifest by itself, in no particular order. Pure. */
export function checkManifest(manifest: Manifest): Finding[] {
  return [
    ...checkBranch(manifest),
    ...checkPaths(manifest),
    ...checkReleaseAfter(manifest),
    ...checkCanary(manifest),
    ...checkRollout(manifest),
    ...checkStrategy(manifest),
    ...checkWorker(manifest),
    ...checkTelemetry(manifest),
    ...checkVariables(manifest),
    ...checkTests(manifest.tests),
    ...checkSchema(manifest),
    ...checkApproval(manifest.approval, ['approval']),
    ...checkGates(manifest),
    ...checkHealth(manifest),
  ];
}

function checkVariables({ configuration, secrets, environments }: Manifest): Finding[] {
  const own = Object.entries(environments).flatMap(([name, here]) => {
    const path = ['environments', name];
    return [
      ...checkReserved(here.configuration, [...path, 'configuration']),
      ...checkReserved(here.secrets, [...path, 'secrets']),
      ...checkMixed(here.configuration, [...path, 'configuration'], secrets, 'one of the secrets'),
      ...checkMixed(here.secrets, [...path, 'secrets'], { ...configuration, ...here.configuration }, 'a setting in configuration'),
    ];
  });
  return [...checkReserved(configuration, ['configuration']), ...checkReserved(secrets, ['secrets']), ...checkMixed(secrets, ['secrets'], configuration, 'a setting in configuration'), ...own];
}

/** What git takes for the name of no branch. https://git-scm.com/docs/git-check-ref-format */
const NO_BRANCH = /^-|[\p{Cc} ~^:?*[\\]|\.\.|@\{|\/\/|^\/|^@$|(?:^|\/)\.|[/.]$|\.lock(?:\/|$)/u;

/** A pattern would match nothing, and a service that is never released says nothing of why. */
function checkBranch({ branch }: Manifest): Finding[] {
  if (!NO_BRANCH.test(branch)) return [];
  return [error(['branch'], `${JSON.stringify(branch)} cannot be the name of a branch. Name one branch, without refs/heads/ and without patterns, such as main or release/2.`)];
}

function checkPaths({ paths = [] }: Manifest): Finding[] {
  return paths.flatMap((glob, index): Finding[] => {
    const problem = globProblem(glob);
    if (problem !== null) return [error(['paths', index], `${problem}.`)];
    const name = glob.split('/').at(-1) ?? '';
    if (name === '' || /[*?{.]/.test(name) || /^[A-Z]/.test(name)) return [];
    return [warning(['paths', index], 'matches only a file of exactly this name.', { suggestion: `${glob}/**` })];
  });
}

function checkReleaseAfter({ releaseAfter, image }: Manifest): Finding[] {
  if (releaseAfter === undefined || image === undefined) return [];
  return [error(['releaseAfter'], 'a release begins with the push of the image, which comes after whatever made it. Leave releaseAfter or image out.')];
}

function checkCanary({ canary, strategy, environments }: Manifest): Finding[] {
  const steps = Array.isArray(canary.traffic) ? canary.traffic : [canary.traffic];
  const path = (index: number): FieldPath => (Array.isArray(canary.traffic) ? ['canary', 'traffic', index] : ['canary', 'traffic']);
  const findings = steps.flatMap((step, index) => {
    const before = steps[index - 1];
    return before !== undefined && step <= before ? [error(path(index), `${step} does not come after ${before}: the steps of a canary ascend.`)] : [];
  });
  const first = steps[0] ?? CANARY_PERCENT.least;
  const used = strategy === 'canary' || Object.values(environments).some((own) => own.strategy === 'canary');
  if (used && first < CANARY_PERCENT.least) findings.push(warning(path(0), `${first} % of the traffic may be too little for the judge; ${CANARY_PERCENT.least} to ${CANARY_PERCENT.most} is usual.`));
  if (used && first > CANARY_PERCENT.most) findings.push(warning(path(0), `${first} % of the traffic is much for a first look at a release; ${CANARY_PERCENT.least} to ${CANARY_PERCENT.most} is usual.`));
  if (canary.duration > 0 && canary.interval > canary.duration) {
    findings.push(warning(['canary', 'interval'], `is longer than the canary's duration of ${canary.duration}s: the judge looks only once, at the end.`));
  }
  return findings;
}

function checkRollout({ rollout, parallelRun }: Manifest): Finding[] {
  const { bake } = rollout;
  const once = [
    ...(bake === undefined || bake.interval <= bake.duration ? [] : [warning(['rollout', 'bake', 'interval'], `is longer than the bake of ${bake.duration}s: the judge looks only once, at the end.`)]),
    ...(parallelRun === undefined || parallelRun.interval <= parallelRun.duration ? [] : [warning(['parallelRun', 'interval'], `is longer than the parallel run of ${parallelRun.duration}s: it is looked at only once, at the end.`)]),
  ];
  if (rollout.watch === 0 || rollout.interval <= rollout.watch) return once;
  return [...once, warning(['rollout', 'interval'], `is longer than the watch of ${rollout.watch}s: the judge looks only once after each batch, at the end.`)];
}

function checkStrategy({ target, strategy, environments }: Manifest): Finding[] {
  const possible = STRATEGIES_OF_TARGET[target];
  if (!possible) return [];
  const chosen: [FieldPath, string | undefined][] = [[['strategy'], strategy], ...Object.entries(environments).map(([name, own]): [FieldPath, string | undefined] => [['environments', name, 'strategy'], own.strategy])];
  return chosen.flatMap(([path, name]) => (name === undefined || possible.includes(name) ? [] : [error(path, `the target ${target} cannot do "${name}".`, { allowed: possible })]));
}

function checkWorker({ worker, parallelRun, strategy, routing }: Manifest): Finding[] {
  if (worker === undefined) return [];
  return [
    ...(parallelRun === undefined ? [] : [error(['parallelRun'], 'a worker has no requests that could be mirrored. Leave parallelRun out.')]),
    ...(routing.by === 'request' ? [] : [error(['routing'], 'a worker has no requests that could be routed. Leave routing out.')]),
    ...(strategy === 'blue-green' ? [warning(['strategy'], 'a worker takes messages as soon as it runs: its second set is at work before the traffic of a blue-green release would move. Use canary or rolling.')] : []),
  ];
}

function checkTelemetry({ worker, openTelemetry, target }: Manifest): Finding[] {
  if (openTelemetry === undefined) return [];
  return [
    ...(worker === undefined ? [] : [error(['openTelemetry'], 'a worker is judged by the counts that it serves itself. Leave openTelemetry or worker out.')]),
    ...(target === 'process' ? [] : [error(['openTelemetry'], `what the target ${target} runs does not send to Slipway: it is judged by CloudWatch. Leave openTelemetry out.`)]),
  ];
}

function checkTests(tests: readonly Test[]): Finding[] {
  return tests.flatMap((test, index) => {
    const findings: Finding[] = [];
    if (tests.findIndex((other) => other.name === test.name) < index) findings.push(error(['tests', index, 'name'], `two tests have the name "${test.name}". Results are kept by name: choose another.`));
    if (test.replay?.from === 'recording' && test.replay.methods.some((method) => method !== 'GET' && method !== 'HEAD')) findings.push(warning(['tests', index, 'replay', 'methods'], 'replays requests that change something: see that staging can take that.'));
    if (!test.http) return findings;
    const { method, body, expect } = test.http;
    if (body !== undefined && (method === 'GET' || method === 'HEAD')) findings.push(error(['tests', index, 'http', 'body'], `a ${method} request has no body. Use POST, PUT or PATCH, or leave the body out.`));
    if (expect.body !== undefined && method === 'HEAD') findings.push(error(['tests', index, 'http', 'expect', 'body'], 'the answer to HEAD has no body. Use GET.'));
    if (expect.within !== undefined && expect.within > test.timeout) findings.push(error(['tests', index, 'http', 'expect', 'within'], `is longer than the test's timeout of ${test.timeout}s.`));
    return findings;
  });
}

function checkSchema({ schema }: Manifest): Finding[] {
  if (!schema || schema.reads.includes(schema.writes)) return [];
  return [error(['schema', 'reads'], `does not have ${schema.writes}, the version that is written: a release must be able to read what it writes.`)];
}

/** Also used for the approvals of gates. */
function checkApproval(rule: ApprovalRule, path: FieldPath): Finding[] {
  if (!rule.required) return [];
  const distinct = new Set(rule.approvers);
  const findings: Finding[] = [];
  if (distinct.size > 0 && rule.count > distinct.size) findings.push(error([...path, 'count'], `${rule.count} must approve, but only ${distinct.size} may. Name more approvers, or ask for fewer.`));
  if (distinct.size < rule.approvers.length) findings.push(warning([...path, 'approvers'], 'somebody is named twice; each counts once.'));
  if (distinct.size === rule.count && distinct.size > 0 && !rule.authorMayApprove) {
    findings.push(warning([...path, 'approvers'], `all ${distinct.size} of them must approve, and an author does not count: none of them can release a change of their own.`));
  }
  if (rule.onTimeout === 'approve') findings.push(warning([...path, 'onTimeout'], 'a request that nobody answers counts as approved.'));
  return findings;
}

function checkGates({ gates, strategy, environments }: Manifest): Finding[] {
  const strategies = [strategy, ...Object.values(environments).map((own) => own.strategy)];
  return gates.flatMap((gate, index) => {
    const findings: Finding[] = [];
    const path = ['gates', index];
    if (gates.findIndex((other) => other.name === gate.name) < index) findings.push(error([...path, 'name'], `two gates have the name "${gate.name}". Answers are kept by name: choose another.`));
    if (gate.kind !== 'command') findings.push(...checkApproval(gate.approval, [...path, 'approval']), ...neverAsked(gate, path));
    if (gate.stage === 'canary' && !strategies.includes('canary')) {
      findings.push(warning([...path, 'stage'], `the strategy "${strategy}" has no canary: this gate is never asked, unless an environment sets the strategy to canary.`));
    }
    return findings;
  });
}

function neverAsked(gate: Exclude<Gate, { kind: 'command' }>, path: FieldPath): Finding[] {
  if (gate.approval.required) return [];
  return [error([...path, 'approval', 'required'], 'a gate that needs nobody is none. Leave the gate out.')];
}

function checkHealth({ health }: Manifest): Finding[] {
  if (health.startWithin >= health.interval) return [];
  return [error(['health', 'startWithin'], `is shorter than the interval of ${health.interval}s: an instance would fail before it was checked.`)];
}
