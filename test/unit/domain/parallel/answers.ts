/** Answers for tests. */
import type { Answer } from '../../../../src/domain/parallel/answer.ts';
import { ComparisonRule } from '../../../../src/domain/parallel/rule.ts';

export const json = (value: unknown, parts: Partial<Extract<Answer, { kind: 'answer' }>> = {}): Answer => ({ kind: 'answer', status: 200, headers: { 'content-type': 'application/json' }, body: { kind: 'json', value }, ...parts });
export const rule = (parts: Record<string, unknown> = {}): ComparisonRule => ComparisonRule.parse(parts);
