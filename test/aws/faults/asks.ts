/** What IAM would be asked for a call: the emulator asks nobody, so that a role that lacks a right is seen here. */
import type { Ask } from '../../../scripts/permissions/decide.ts';
import type { Answer } from './answer.ts';
import { ask, type Asks, type Memory, text } from './asks/arns.ts';
import { CONTAINER_ASKS } from './asks/containers.ts';
import { FUNCTION_ASKS } from './asks/functions.ts';
import { MACHINE_ASKS, tagsOf } from './asks/machines.ts';
import { STATE_ASKS } from './asks/state.ts';
import type { Call, Request } from './call.ts';

export { emptyMemory, type Memory } from './asks/arns.ts';

const KNOWN: Readonly<Record<string, Asks>> = { ...STATE_ASKS, ...FUNCTION_ASKS, ...CONTAINER_ASKS, ...MACHINE_ASKS };

/** A call that is not known here asks for everything of its name, which no role has. */
export const asksOf = (call: Call, request: Request, memory: Memory): readonly Ask[] => (KNOWN[`${call.service}:${call.action}`] ?? (() => [ask(`${call.service}:${call.action}`, '*')]))(call, request, memory);

/** Keeps what this answer tells and later calls do not repeat. */
export function remember(memory: Memory, call: Call, answer: Answer): void {
  if (answer.status >= 300) return;
  const body = answer.body.toString('utf8');
  if (call.service === 'lambda' && call.action.includes('EventSourceMapping')) {
    for (const [id, whose] of mappingsIn(body)) memory.mappings.set(id, whose);
  }
  if (call.service === 'ec2' && call.action === 'CreateLaunchTemplate') {
    const made = { tags: tagsOf(call, 'TagSpecification.1'), profile: text(call, 'LaunchTemplateData.IamInstanceProfile.Arn') };
    for (const name of [text(call, 'LaunchTemplateName'), /<launchTemplateId>([^<]+)</.exec(body)?.[1] ?? '']) if (name !== '') memory.templates.set(name, made);
  }
}

/** Each mapping of an answer: its id, and the function that it feeds. */
function mappingsIn(body: string): readonly (readonly [id: string, whose: string])[] {
  const document = JSON.parse(body) as { readonly EventSourceMappings?: readonly unknown[] };
  const all = (document.EventSourceMappings ?? [document]) as readonly { readonly UUID?: string; readonly FunctionArn?: string }[];
  return all.flatMap(({ UUID, FunctionArn }) => (UUID === undefined || FunctionArn === undefined ? [] : [[UUID, FunctionArn] as const]));
}
