/** A handler of one target's verbs. It needs none of the platform's ports: a target is composed by itself. */
import { telemetry } from '#telemetry';
import { callVerb } from '../app/call-verb.ts';
import { TargetRequest, type TargetResult } from '../contracts/target.ts';
import type { TargetPart } from './platform.ts';
import { parsed, stack } from './stack.ts';
import { subjectOf } from './subject.ts';
import { attributesOf } from './trace/attributes.ts';
import { inSpan } from './trace/work.ts';

export const targetHandler = (kind: string, target: TargetPart) => stack<unknown, TargetResult>(async (event) => {
  const [called, request] = [await target(kind), parsed(TargetRequest, event)];
  const began = performance.now();
  const measure = (outcome: string) => telemetry.measure({ name: 'TargetCallMs', value: Math.round(performance.now() - began), target: kind, verb: request.verb, outcome });
  try {
    const result = await inSpan({ name: `${kind} ${request.verb}`, kind: 'internal', attributes: { ...attributesOf(subjectOf(request)), 'slipway.target': kind } }, () => callVerb(called, request));
    measure('ok');
    return result;
  } catch (error) {
    measure(error instanceof Error ? error.name : 'Unknown');
    throw error;
  }
});
