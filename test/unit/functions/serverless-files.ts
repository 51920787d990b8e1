/** serverless.yml and infrastructure/*.yml as they are written: CloudFormation's tags become `{ Ref }`, `{ 'Fn::Sub' }`, `{ 'Fn::GetAtt' }`. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, type ScalarTag } from 'yaml';
import * as z from 'zod';
import { ROOT } from './samples.ts';

const tag = (name: string, resolve: (text: string) => unknown): ScalarTag => ({ tag: name, resolve });
const TAGS = [tag('!Ref', (text) => ({ Ref: text })), tag('!Sub', (text) => ({ 'Fn::Sub': text })), tag('!GetAtt', (text) => ({ 'Fn::GetAtt': text.split('.') }))];

const read = (path: string): unknown => parse(readFileSync(join(ROOT, path), 'utf8'), { merge: true, customTags: TAGS });

const FunctionEntry = z.object({
  name: z.string(),
  handler: z.string(),
  role: z.object({ 'Fn::Sub': z.string() }),
  timeout: z.int(),
  environment: z.record(z.string(), z.unknown()).default({}),
  events: z.array(z.object({ httpApi: z.union([z.string(), z.object({ method: z.string(), path: z.string(), authorizer: z.object({ name: z.string() }) })]) })).default([]),
  maximumRetryAttempts: z.int().optional(),
  maximumEventAge: z.int().optional(),
});
export const serverless = z.object({ resources: z.array(z.string()), functions: z.record(z.string(), FunctionEntry) }).parse(read('serverless.yml'));

const Resource = z.object({ Type: z.string(), DeletionPolicy: z.string().optional(), Properties: z.record(z.string(), z.unknown()) });
export type Resource = z.infer<typeof Resource>;

/** The files of infrastructure/, which serverless.yml names one by one. */
export const INFRASTRUCTURE = readdirSync(join(ROOT, 'infrastructure')).filter((name) => name.endsWith('.yml'));
const Extension = z.strictObject({ DependsOn: z.array(z.string()).optional(), Properties: z.record(z.string(), z.unknown()).optional(), Metadata: z.record(z.string(), z.unknown()).optional() });
const File = z.object({ Resources: z.record(z.string(), Resource).default({}), extensions: z.record(z.string(), Extension).default({}) });
const files = INFRASTRUCTURE.map((file) => File.parse(read(`infrastructure/${file}`)));

export const resources: Readonly<Record<string, Resource>> = Object.assign({}, ...files.map((file) => file.Resources)) as Record<string, Resource>;
/** The properties that are added to what the framework writes, by resource. */
export const extensions: Readonly<Record<string, unknown>> = Object.fromEntries(files.flatMap((file) => Object.entries(file.extensions)).filter(([, { Properties }]) => Properties !== undefined));

/** The framework's name of a function's resource. */
export const logicalId = (stem: string): string => `${stem.charAt(0).toUpperCase()}${stem.slice(1).replaceAll('-', 'Dash')}LambdaFunction`;
