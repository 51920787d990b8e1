/** Fails the stage when a test failed, naming each. */
import { TestsFailed } from '../domain/errors.ts';
import type { DeploymentId } from '../domain/ids.ts';
import type { Ports } from '../ports/index.ts';
import { forwardTurn, stageOf } from './deployment-turn.ts';
import { testResults } from './state/documents.ts';

/** A test without a result counts as failed: no data is never a pass. @throws TestsFailed, Superseded, Cancelled */
export const assessTests = (needs: Pick<Ports, 'store'>) => async (input: { deploymentId: DeploymentId }): Promise<{ passed: number }> => {
  const turn = await forwardTurn(needs, input.deploymentId);
  const results = new Map((await testResults(needs.store, input.deploymentId)).map((result) => [result.name, result]));
  const tests = stageOf(turn.deployment.value, 'staging').tests;
  const failed = tests.filter((test) => results.get(test.name)?.outcome !== 'passed');
  if (failed.length > 0) {
    const reasons = failed.map((test) => `${test.name}: ${results.get(test.name)?.detail ?? 'it left no result'}`);
    throw new TestsFailed(`${failed.length} of ${tests.length} tests failed. ${reasons.join(' | ')}`.slice(0, 8000), { failed: failed.map((test) => test.name) });
  }
  return { passed: tests.length };
};
