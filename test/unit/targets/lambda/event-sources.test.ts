import { describe, expect, it } from '@jest/globals';
import { sourceChanges, type SeenSource } from '../../../../src/targets/lambda/event-sources.ts';
import { EventSource } from '../../../../src/targets/lambda/settings.ts';

const ARN = 'arn:aws:sqs:eu-central-1:123456789012:orders';
const wanted = (overrides: Partial<EventSource> = {}) => EventSource.parse({ arn: ARN, batchSize: 10, ...overrides });
const seen = (overrides: Partial<SeenSource> = {}): SeenSource => ({ id: 'one', arn: ARN, batchSize: 10, batchWindow: 0, reportFailures: false, enabled: true, busy: false, ...overrides });

describe('event sources', () => {
  it.each([
    ['as it should be', [seen()], [wanted()], []],
    ['missing', [], [wanted()], [{ kind: 'create' }]],
    ['off', [seen({ enabled: false })], [wanted()], [{ kind: 'update', id: 'one' }]],
    ['of another size', [seen({ batchSize: 5 })], [wanted()], [{ kind: 'update', id: 'one' }]],
    ['of a size that nobody says', [seen({ batchSize: 5 })], [wanted({ batchSize: undefined })], []],
    ['without the report of failures', [seen()], [wanted({ reportFailures: true })], [{ kind: 'update' }]],
    ['not named any more', [seen()], [], [{ kind: 'delete', id: 'one' }]],
    ['on while nothing is to be read', [seen()], null, [{ kind: 'disable', id: 'one' }]],
    ['off while nothing is to be read', [seen({ enabled: false })], null, []],
  ])('%s', (_what, there, want, changes) => {
    expect(sourceChanges(there, want)).toMatchObject(changes);
    expect(sourceChanges(there, want)).toHaveLength(changes.length);
  });
});
