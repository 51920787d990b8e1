import { describe, expect, it } from '@jest/globals';
import { bindingOf, rule, type Approval, type Decision } from '../../../src/domain/approval.ts';
import { approval, SUBJECT } from '../../builders/approval.ts';

const decision = (parts: Partial<Record<keyof Decision, unknown>> = {}): Decision => ({ by: 'anna', at: 10, decision: 'approve', comment: '', ...parts }) as Decision;
const decided = (given: Approval, ...decisions: Decision[]): Approval => decisions.reduce((before, next) => {
  const ruling = rule(before, next, before.binding);
  if (ruling.kind === 'refused') throw new Error(ruling.reason);
  return ruling.approval;
}, given);

describe('rule', () => {
  it.each([
    ['somebody who may not decide', approval(), decision({ by: 'mallory' }), /mallory may not decide/],
    ['anybody when nobody is named', approval({ rule: { approvers: [] } }), decision(), /nobody, name approvers/],
    ['the author', approval(), decision({ by: 'ben' }), /author of this release/],
    ['a decision at the moment of expiry', approval(), decision({ at: 1000 }), /expired/],
    ['a second decision after the approval', decided(approval(), decision()), decision({ by: 'carla' }), /approved already/],
    ['a decision after a rejection', decided(approval(), decision({ decision: 'reject' })), decision({ by: 'carla' }), /rejected already/],
    ['a decision on a voided request', approval({ status: { kind: 'voided', at: 5, reason: 'bad' } }), decision(), /voided already/],
    ['the same person twice', decided(approval({ rule: { count: 2 } }), decision()), decision(), /has approved already/],
  ])('refuses %s', (_what, given, said, reason) => {
    const ruling = rule(given, said, given.binding);
    expect(ruling.kind === 'refused' && ruling.reason).toMatch(reason);
  });

  it('refuses a decision for something else than what waits', () => {
    const ruling = rule(approval(), decision(), 'f'.repeat(16));
    expect(ruling.kind === 'refused' && ruling.reason).toMatch(/look at it again/);
  });

  it('lets the author approve where the rule says so, and reject always', () => {
    expect(decided(approval({ rule: { authorMayApprove: true } }), decision({ by: 'ben' })).status.kind).toBe('approved');
    expect(decided(approval(), decision({ by: 'ben', decision: 'reject', comment: 'my mistake' })).status).toEqual({ kind: 'rejected', at: 10, by: 'ben', comment: 'my mistake' });
  });

  it('waits until as many different people as the rule wants have approved', () => {
    const two = approval({ rule: { count: 2 } });
    expect(decided(two, decision()).status.kind).toBe('waiting');
    expect(decided(two, decision(), decision({ by: 'carla' })).status.kind).toBe('approved');
  });

  it('lets one rejection stop it, whoever has approved', () => {
    expect(decided(approval({ rule: { count: 2 } }), decision(), decision({ by: 'carla', decision: 'reject' })).status.kind).toBe('rejected');
  });
});

describe('bindingOf', () => {
  it.each(['digest', 'planHash', 'evidence', 'version', 'environment'] as const)('changes with the %s', (field) => {
    const other = { ...SUBJECT, [field]: field === 'digest' ? `sha256:${'c'.repeat(64)}` : 'other' };
    expect(bindingOf(other as never)).not.toBe(bindingOf(SUBJECT as never));
  });

  it('does not depend on the order of fields', () => {
    const turned = Object.fromEntries(Object.entries(SUBJECT).reverse());
    expect(bindingOf(turned as never)).toBe(bindingOf(SUBJECT as never));
  });
});
