/** The template as the framework would write it, as far as roles go. */
import type { Resources } from '../../../scripts/permissions/grants.ts';
import { logicalId, resources, serverless } from './serverless-files.ts';

export const template: Resources = { ...resources, ...Object.fromEntries(Object.entries(serverless.functions).map(([stem, { name, role }]) => [logicalId(stem), { Type: 'AWS::Lambda::Function', Properties: { FunctionName: name, Role: role } }])) };
