/** The packaged template as a stack of the emulator, in an account of its own, made in the order in which the framework makes it. */
import { execFile } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { clientSettings, ENDPOINT, REGION } from '../emulator.ts';
import { ROOT } from '../../unit/functions/samples.ts';
import { knownPart, knownTypes, type Template } from './known-part.ts';

const VERSION = '2010-05-15';

export interface Stack {
  /** As packaged, whole. */
  readonly template: Template;
  readonly part: Template;
  /** Physical ids, by name in the template. */
  readonly made: ReadonlyMap<string, string>;
  readonly status: string;
  /** Lets a client of the SDK act in the stack's account. */
  inAccount<T extends Client>(client: T): T;
  /** Of a service that speaks JSON. */
  json(service: string, target: string, body: object): Promise<Record<string, unknown>>;
  remove(): void;
}

interface Client {
  readonly middlewareStack: object;
}

/** What the SDK's middleware of this step is given and handed on. */
type Middleware = (next: (given: { readonly request: unknown }) => Promise<unknown>) => (given: { readonly request: unknown }) => Promise<unknown>;

/** What is packaged for it goes into a folder of its own: the checkout's package stays as it is. */
export async function makeStack(): Promise<Stack> {
  const folder = mkdtempSync(join(tmpdir(), 'slipway-template-'));
  await promisify(execFile)(process.execPath, [join(ROOT, 'node_modules/serverless/bin/serverless.js'), 'package', '--package', folder, '--stage', 'prod', '--region', REGION], { cwd: ROOT });
  const read = (name: string): Template => JSON.parse(readFileSync(join(folder, `cloudformation-template-${name}-stack.json`), 'utf8')) as Template;
  const template = read('update');
  const part = knownPart(template, knownTypes());
  const account = String(randomInt(100_000_000_000, 999_999_999_999));
  const asked = async (service: string, headers: Record<string, string>, body: string): Promise<string> => {
    const answer = await fetch(ENDPOINT, { method: 'POST', body, headers: { ...headers, 'x-moto-account-id': account, authorization: `AWS4-HMAC-SHA256 Credential=test/20260101/${REGION}/${service}/aws4_request, SignedHeaders=host, Signature=0` } });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${service} answered ${answer.status}: ${text.slice(0, 1000)}`);
    return text;
  };
  const stack = (action: string, parameters: Record<string, string>): Promise<string> =>
    asked('cloudformation', { 'content-type': 'application/x-www-form-urlencoded' }, new URLSearchParams({ Action: action, Version: VERSION, StackName: 'slipway-prod', ...parameters }).toString());
  const resources = async (): Promise<Map<string, string>> => {
    const answer = await stack('DescribeStackResources', {});
    return new Map([...answer.matchAll(/<LogicalResourceId>([^<]+)<\/LogicalResourceId>\s*(?:<PhysicalResourceId>([^<]*)<)?/g)].map(([, name = '', id = '']) => [name, id]));
  };
  const inAccount = <T extends Client>(client: T): T => {
    const added: Middleware = (next) => (given) => {
      (given.request as { headers: Record<string, string> }).headers['x-moto-account-id'] = account;
      return next(given);
    };
    (client.middlewareStack as { add(middleware: Middleware, options: { readonly step: 'build' }): void }).add(added, { step: 'build' });
    return client;
  };

  await stack('CreateStack', { TemplateBody: JSON.stringify(knownPart(read('create'), knownTypes())), 'Capabilities.member.1': 'CAPABILITY_IAM' });
  const bucket = (await resources()).get('ServerlessDeploymentBucket');
  const s3 = inAccount(new S3Client({ ...clientSettings(), forcePathStyle: true }));
  for (const { Type, Properties } of Object.values(template.Resources)) {
    if (Type !== 'AWS::Lambda::Function') continue;
    const { S3Key } = Properties['Code'] as { S3Key: string };
    await s3.send(new PutObjectCommand({ Bucket: bucket, Key: S3Key, Body: readFileSync(join(folder, S3Key.split('/').at(-1) ?? '')) }));
  }
  s3.destroy();
  await stack('UpdateStack', { TemplateBody: JSON.stringify(part), 'Capabilities.member.1': 'CAPABILITY_IAM' });
  return {
    template, part, made: await resources(), inAccount,
    status: /<StackStatus>([^<]+)</.exec(await stack('DescribeStacks', {}))?.[1] ?? '',
    json: async (service, target, body) => JSON.parse(await asked(service, { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': target }, JSON.stringify(body))) as Record<string, unknown>,
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
