/**
 * Prints a template of what outlives the stack, and of the bucket that packages go to: docs/aws-operations.md. CloudFormation takes what is there
 * already into a new stack with it, which `npx serverless deploy` then completes. Run `npx serverless package` before.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { keptResources } from './kept-resources/template.ts';

const packaged = JSON.parse(readFileSync(join(import.meta.dirname, '../../.serverless/cloudformation-template-update-stack.json'), 'utf8')) as Parameters<typeof keptResources>[0];
console.log(JSON.stringify(keptResources(packaged), null, 2));
