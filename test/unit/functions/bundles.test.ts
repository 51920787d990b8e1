/** What is packaged: every bundle is small enough, loads, and says to its samples what the handler says, up to its first call of AWS. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { openapiDocument } from '../../../src/contracts/api/openapi.ts';
import { ROOT, samplesOf, STEMS } from './samples.ts';

const KB = 1000;
const BUNDLE_KB_MAX = 500;
/** Somebody waits for their acknowledgement. */
const QUICK = ['slack', 'webhook'];
const QUICK_KB_MAX = 265;
/** Called by API Gateway: they answer in its form whatever happens. */
const HTTP = ['api', 'log-in', 'register-artifact', 'slack', 'slack-connect', 'webhook'];
/** Names that a function may know; no credentials, so nothing is called. */
const ENVIRONMENT = {
  AWS_REGION: 'eu-central-1', SLIPWAY_TABLE: 'slipway-state', SLIPWAY_MACHINE_ARN_PREFIX: 'arn:aws:states:eu-central-1:123456789012:stateMachine:slipway-', SLIPWAY_ARTIFACT_BUCKET: 'slipway-artifacts', SLIPWAY_BUILD_PROJECT: 'slipway-jobs',
  SLIPWAY_TARGETS: 'ec2,ecs,lambda', SLIPWAY_GITHUB_SECRET: 'secretsmanager:slipway/github-webhook', SLIPWAY_SLACK_SECRET: 'secretsmanager:slipway/slack-signing', SLIPWAY_SUBSCRIBER_QUEUES: 'https://sqs.eu-central-1.amazonaws.com/123456789012/slipway-subscriber-',
};

interface Said { readonly stem: string; readonly sample: string; readonly error?: string; readonly message?: string; readonly answer?: number | string; readonly body?: string }

let folder: string;
let said: readonly Said[];

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'slipway-bundles-'));
  const bundles = join(folder, 'bundles');
  mkdirSync(bundles);
  // As a process of its own: esbuild's API does not work as it should in the realm of a test.
  execFileSync(process.execPath, [join(ROOT, 'scripts/bundle-functions.ts'), bundles], { stdio: ['ignore', 'ignore', 'pipe'] });
  execFileSync(process.execPath, [join(import.meta.dirname, 'call-bundles.cjs'), bundles, join(ROOT, 'events'), join(folder, 'said.json')], { env: ENVIRONMENT, stdio: ['ignore', 'ignore', 'pipe'] });
  said = JSON.parse(readFileSync(join(folder, 'said.json'), 'utf8')) as Said[];
}, 180_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it.each(STEMS)('the bundle of %s is small enough', (stem) => {
  const kb = statSync(join(folder, 'bundles', `${stem}.cjs`)).size / KB;
  expect(kb).toBeLessThanOrEqual(QUICK.includes(stem) ? QUICK_KB_MAX : BUNDLE_KB_MAX);
});

it.each(STEMS)('the bundle of %s has commands of the SDK and none of its clients', (stem) => {
  // What each of its clients says in its calls.
  expect(readFileSync(join(folder, 'bundles', `${stem}.cjs`), 'utf8')).not.toContain('aws-sdk-js');
});

it.each(STEMS)('%s takes its samples, and refuses what is no event', (stem) => {
  const own = said.filter((one) => one.stem === stem);
  expect(own).toHaveLength(samplesOf(stem).length + 1);
  for (const { sample, error, message, answer } of own) {
    const known = error === undefined ? ['object', 200, 400, 401, 503].includes(answer ?? '') : ['ProviderUnavailable', 'InvalidInput', 'NotSupported'].includes(error);
    expect({ sample, known, error, message, answer }).toMatchObject({ known: true });
  }
  const refusal = own.find(({ sample }) => sample === '(no event)');
  expect(refusal?.error ?? refusal?.answer).toBe(stem === 'target-process' ? 'NotSupported' : HTTP.includes(stem) ? 400 : 'InvalidInput');
});

it('whoever asks without credentials gets as far as the first call of AWS, and is told so', () => {
  const called = said.filter(({ message, body }) => `${message ?? ''}${body ?? ''}`.includes('CredentialsProviderError'));
  expect(new Set(called.map(({ stem }) => stem)).size).toBeGreaterThan(STEMS.length - 6);
});

it('the API answers its own description, as it is written', () => {
  const document = said.find(({ stem, sample }) => stem === 'api' && sample === 'document.json');
  expect(document?.answer).toBe(200);
  expect(JSON.parse(document?.body ?? '')).toEqual(JSON.parse(JSON.stringify(openapiDocument())));
});
