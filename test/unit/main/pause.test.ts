import { expect, it } from '@jest/globals';
import { getEventListeners } from 'node:events';
import { pause } from '../../../src/main/pause.ts';

it('a pause ends by time or with its signal, and leaves no listener behind', async () => {
  const ending = new AbortController();
  for (let turn = 0; turn < 20; turn += 1) await pause(1, ending.signal);
  expect(getEventListeners(ending.signal, 'abort')).toHaveLength(0);
  const long = pause(60_000, ending.signal);
  ending.abort();
  await long;
  await pause(60_000, ending.signal);
  expect(getEventListeners(ending.signal, 'abort')).toHaveLength(0);
});
