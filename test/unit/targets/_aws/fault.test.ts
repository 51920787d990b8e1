import { describe, expect, it } from '@jest/globals';
import { NotFound } from '../../../../src/domain/errors.ts';
import { awsFault, calling, lookingFor } from '../../../../src/targets/_aws/fault.ts';

const failing = (name: string) => Object.assign(new Error('because.'), { name });

describe('what an error of AWS means', () => {
  it.each([
    ['ThrottlingException', 'ProviderUnavailable'], ['Throttling', 'ProviderUnavailable'], ['RequestLimitExceeded', 'ProviderUnavailable'], ['TooManyRequestsException', 'ProviderUnavailable'],
    ['TimeoutError', 'ProviderUnavailable'], ['ServerException', 'ProviderUnavailable'], ['InternalFailure', 'ProviderUnavailable'],
    ['AccessDenied', 'Forbidden'], ['AccessDeniedException', 'Forbidden'], ['UnauthorizedOperation', 'Forbidden'],
    ['ResourceInUse', 'Conflict'], ['ScalingActivityInProgress', 'Conflict'],
    ['TooManyTargetGroups', 'LimitExceeded'], ['TooManyUniqueTargetGroupsPerLoadBalancer', 'LimitExceeded'], ['LimitExceededException', 'LimitExceeded'], ['VcpuLimitExceeded', 'LimitExceeded'], ['ServiceQuotaExceededException', 'LimitExceeded'],
    ['ValidationError', 'InvalidInput'], ['InvalidParameterException', 'InvalidInput'], ['InvalidSubnetID.NotFound', 'ProviderUnavailable'], ['ClusterNotFoundException', 'InvalidInput'], ['PriorityInUse', 'InvalidInput'],
  ])('%s is %s', (name, expected) => {
    expect(awsFault('ECS', 'do it', failing(name))).toMatchObject({ name: expected, message: expect.stringMatching(new RegExp(`^ECS could not do it: ${name}: because\\. `)), evidence: { error: name } });
  });

  it('a typed error stays what it is', async () => {
    await expect(calling('ECS', 'do it', async () => { throw new NotFound('not there'); })).rejects.toMatchObject({ name: 'NotFound' });
  });

  it('only the named errors mean that something is absent', async () => {
    expect(await lookingFor('ELB', 'look', ['TargetGroupNotFound'], async () => { throw failing('TargetGroupNotFound'); })).toBeUndefined();
    await expect(lookingFor('ELB', 'look', ['TargetGroupNotFound'], async () => { throw failing('LoadBalancerNotFound'); })).rejects.toMatchObject({ name: 'ProviderUnavailable' });
  });
});
