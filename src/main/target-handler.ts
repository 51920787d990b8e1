/** A handler of one target's verbs. It needs none of the platform's ports: a target is composed by itself. */
import { callVerb } from '../app/call-verb.ts';
import { TargetRequest, type TargetResult } from '../contracts/target.ts';
import type { TargetPart } from './platform.ts';
import { parsed, stack } from './stack.ts';

export const targetHandler = (kind: string, target: TargetPart) => stack<unknown, TargetResult>(async (event) => callVerb(await target(kind), parsed(TargetRequest, event)));
