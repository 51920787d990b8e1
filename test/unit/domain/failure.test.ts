import { describe, expect, it } from '@jest/globals';
import { outcomeOf, severityOf, unwrapFailure } from '../../../src/domain/failure.ts';

const thrown = { Error: 'CandidateWorse', Cause: JSON.stringify({ errorType: 'CandidateWorse', errorMessage: '5 % failed.' }) };
const nested = { Error: 'States.TaskFailed', Cause: JSON.stringify({ ...thrown, Status: 'FAILED', ExecutionArn: 'arn:x' }) };

describe('unwrapFailure', () => {
  it.each([
    ['a function', thrown, { error: 'CandidateWorse', reason: '5 % failed.' }],
    ['a nested execution', nested, { error: 'CandidateWorse', reason: '5 % failed.' }],
    ['one nested twice', { Error: 'States.TaskFailed', Cause: JSON.stringify(nested) }, { error: 'CandidateWorse', reason: '5 % failed.' }],
    ['a timeout', { Error: 'States.Timeout', Cause: '' }, { error: 'States.Timeout', reason: '' }],
    ['a plain cause', { Error: 'ApprovalRejected', Cause: 'anna rejected it' }, { error: 'ApprovalRejected', reason: 'anna rejected it' }],
    ['a cause that is a JSON number', { Error: 'X', Cause: '5' }, { error: 'X', reason: '5' }],
  ])('of %s', (_what, failure, expected) => {
    expect(unwrapFailure(failure)).toEqual(expected);
  });
});

describe('outcomeOf', () => {
  it('names what stopped the pipeline rather than what that broke', () => {
    expect(outcomeOf(thrown, { stop: { kind: 'superseded', by: 'catalog-13' as never } }).error).toBe('Superseded');
    expect(outcomeOf(thrown, { stop: { kind: 'cancelled', by: 'anna' as never, why: 'no' } })).toEqual({ error: 'Cancelled', reason: 'anna cancelled it: no' });
    expect(outcomeOf(thrown, { stop: null }).error).toBe('CandidateWorse');
  });
});

describe('how loudly people are told', () => {
  it.each([['ApprovalRejected', 'info'], ['Cancelled', 'info'], ['Superseded', 'info'], ['ApprovalExpired', 'warning'], ['ApprovalVoided', 'critical'], ['CandidateWorse', 'critical'], ['TestsFailed', 'critical'], ['States.Timeout', 'critical']])('%s is %s', (error, severity) => {
    expect(severityOf(error)).toBe(severity);
  });
});
