import type { Scenario } from '../scenario.ts';

const machine = 'gate';
const input = { deploymentId: 'shop-7-production', gate: 'approval', execution: 'shop-7-production-approval-0-0' };
const opened = (kind: string, timeoutSeconds = 3600) => ({ result: { name: 'approval', kind, question: 'Ship shop 7?', timeoutSeconds } });
const asked = { result: { asked: true } };
const kept = { result: { gate: 'approval' } };

export const GATE: readonly Scenario[] = [
  {
    machine, name: 'a person approves', input, flaky: true,
    answers: { 'open-gate': [opened('person')], 'request-approval': [{ ...asked, token: { success: { by: 'ada' } } }] },
  },
  {
    machine, name: 'a person rejects', input,
    answers: { 'open-gate': [opened('person')], 'request-approval': [{ ...asked, token: { failure: 'ApprovalRejected', message: 'not on a Friday' } }] },
  },
  {
    machine, name: 'nobody answers, and the default action is to go on', input, flaky: true,
    answers: { 'open-gate': [opened('person', 1)], 'request-approval': [{ ...asked, token: 'never' }], 'expire-approval': [{ result: null }] },
  },
  {
    machine, name: 'nobody answers, and the default action is to stop', input,
    answers: { 'open-gate': [opened('person', 1)], 'request-approval': [{ ...asked, token: 'never' }], 'expire-approval': [{ error: 'ApprovalExpired', message: 'nobody decided within 1 s' }] },
  },
  {
    machine, name: 'a command passes', input, flaky: true,
    answers: { 'open-gate': [opened('command')], 'run-gate': [{ ...asked, token: { success: { passed: true, detail: 'ok' } } }, kept] },
  },
  {
    machine, name: 'a command does not pass', input,
    answers: { 'open-gate': [opened('command')], 'run-gate': [{ ...asked, token: { success: { passed: false, detail: 'exit code 3, "smoke"' } } }, kept] },
  },
  {
    machine, name: 'a command of which nobody hears again', input,
    answers: { 'open-gate': [opened('command', 1)], 'run-gate': [{ ...asked, token: 'never' }, kept] },
  },
  {
    machine, name: 'Lambda refuses some calls', input,
    answers: { 'open-gate': [{ service: 'TooManyRequestsException' }, { service: 'ServiceException' }, opened('command')], 'run-gate': [{ ...asked, token: { success: { passed: true, detail: 'ok' } } }, kept] },
  },
  {
    machine, name: 'a gate that cannot be opened', input,
    answers: { 'open-gate': [{ error: 'Conflict', message: 'somebody else was faster' }] },
  },
];
