/** Versions that are invoked by themselves: what a function gives back, read as those who stand before functions read it. */
import { describe, expect, it } from '@jest/globals';
import type { InvokeCommand } from '@aws-sdk/client-lambda';
import type { CompareRequest } from '../../../../src/contracts/target.ts';
import { ComparisonRule } from '../../../../src/domain/parallel/rule.ts';
import { compare } from '../../../../src/targets/lambda/compare.ts';
import type { Lambda } from '../../../../src/targets/lambda/look.ts';

const [STABLE, CANDIDATE] = ['shop-1-production', 'shop-2-production'];

/** A function `shop-production-api` with two revisions as versions 1 and 2. */
function lambda(answers: (version: string, event: { readonly rawPath: string }) => unknown, reserved?: number) {
  const under = { now: 0, most: 0 };
  const send = async (command: { readonly constructor: { readonly name: string }; readonly input: Record<string, unknown> }) => {
    switch (command.constructor.name) {
      case 'GetFunctionCommand': return { Configuration: { FunctionName: 'shop-production-api' }, Tags: { 'slipway:service': 'shop', 'slipway:environment': 'production' }, ...(reserved === undefined ? {} : { Concurrency: { ReservedConcurrentExecutions: reserved } }) };
      case 'ListAliasesCommand': return { Aliases: [{ Name: STABLE, FunctionVersion: '1' }, { Name: CANDIDATE, FunctionVersion: '2' }, { Name: 'live', FunctionVersion: '1' }] };
      case 'InvokeCommand': {
        const { Qualifier, Payload } = command.input as InvokeCommand['input'];
        under.most = Math.max(under.most, ++under.now);
        await new Promise((resolve) => setImmediate(resolve));
        under.now -= 1;
        const answer = answers(Qualifier ?? '', JSON.parse(Payload as unknown as string) as { rawPath: string });
        return answer instanceof Error ? { FunctionError: 'Unhandled', Payload: Buffer.from(JSON.stringify({ errorMessage: answer.message })) } : { Payload: Buffer.from(JSON.stringify(answer) ?? 'null') };
      }
      default: throw new Error(`${command.constructor.name} is no part of a comparison`);
    }
  };
  return { lambda: { send } as unknown as Lambda, under };
}

const request = (parts: Partial<CompareRequest> = {}): CompareRequest => ({
  verb: 'compare', service: 'shop', environment: 'production', access: null, settings: { functions: { api: { handler: 'index.handler' } } }, generation: 3, stable: STABLE, candidate: CANDIDATE, rule: ComparisonRule.parse({}),
  requests: Array.from({ length: 20 }, (_, index) => ({ method: 'GET', target: `/${index}`, headers: {} })), ...parts,
} as unknown as CompareRequest);
const needs = (of: Lambda, current = 3) => ({ lambda: () => of, fence: { current: async () => current as never }, clock: { now: () => 0 }, code: undefined as never });

describe('two versions of a function', () => {
  it('are asked each request, the stable one twice, and compared by field', async () => {
    const asked: string[] = [];
    const { lambda: of } = lambda((version, { rawPath }) => {
      asked.push(`${version} ${rawPath}`);
      return { statusCode: 200, headers: { 'Content-Type': 'application/json' }, body: Buffer.from(JSON.stringify({ price: Number(version) })).toString('base64'), isBase64Encoded: true };
    });
    const { ready, report } = await compare(needs(of), request());
    expect([ready, report.compared, report.fields]).toEqual([true, 20, { '$.price': { candidate: 20, stable: 0, both: 0 } }]);
    expect(asked.filter((one) => one === '1 /7')).toHaveLength(2);
    expect(asked.filter((one) => one === '2 /7')).toHaveLength(1);
  });

  it('that give back a value without a status have answered 200 with it, and one that fails 502', async () => {
    expect((await compare(needs(lambda((version) => ({ price: Number(version) })).lambda), request())).report.fields).toEqual({ '$.price': { candidate: 20, stable: 0, both: 0 } });
    expect((await compare(needs(lambda(() => 'the same').lambda), request())).report).toMatchObject({ compared: 20, differing: 0 });
    expect((await compare(needs(lambda((version) => (version === '2' ? new Error('broken') : { statusCode: 200, body: '' })).lambda), request())).report.fields).toMatchObject({ status: { candidate: 20, stable: 0, both: 0 } });
  });

  it('leave what is reserved to users: at most a tenth of it, and one request at a time at the least', async () => {
    const small = lambda(() => 'x', 5);
    await compare(needs(small.lambda), request());
    expect(small.under.most).toBe(3);
    const large = lambda(() => 'x', 90);
    await compare(needs(large.lambda), request());
    expect(large.under.most).toBe(9);
  });

  it('are not asked for an older generation, nor where one is not there', async () => {
    await expect(compare(needs(lambda(() => 'x').lambda, 4), request())).rejects.toMatchObject({ name: 'StaleGeneration' });
    await expect(compare(needs(lambda(() => 'x').lambda), request({ candidate: 'shop-9-production' as never }))).rejects.toMatchObject({ name: 'InvalidInput', message: expect.stringContaining('shop-9-production') });
  });
});
