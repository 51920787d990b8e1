/** A request of Slack is handed to its function without waiting for what comes of it. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { createSignedCall } from '../../../../src/adapters/aws/calls/signed-call.ts';
import { createFunctionHandover } from '../../../../src/adapters/aws/function-handover.ts';

let server: Server;
let seen: { path: string | undefined; type: string | string[] | undefined; body: string }[];
let status: number;

beforeEach(async () => {
  [seen, status] = [[], 202];
  server = createServer((request, response) => {
    let body = '';
    request.on('data', (part: Buffer) => { body += part.toString('utf8'); });
    request.on('end', () => {
      seen.push({ path: request.url, type: request.headers['x-amz-invocation-type'], body });
      response.writeHead(status, status === 202 ? {} : { 'x-amzn-errortype': status === 403 ? 'AccessDeniedException' : 'ServiceException' }).end(status === 202 ? '' : '{"message":"no"}');
    });
  });
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => { server.close(resolve); });
});

const handover = () => createFunctionHandover({
  call: createSignedCall({ region: 'eu-central-1', credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'example', sessionToken: undefined }, endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, caller: undefined, pause: async () => undefined }),
  function: 'slipway-slack-worker',
});

it('is an event for the function, which Lambda has taken', async () => {
  await handover().begin('0123456789abcdef0123456789abcdef');
  expect(seen).toEqual([{ path: '/2015-03-31/functions/slipway-slack-worker/invocations', type: 'Event', body: '{"request":"0123456789abcdef0123456789abcdef"}' }]);
});

it.each([[403, 'Forbidden'], [500, 'ProviderUnavailable']])('a status of %i is %s, so that the request is taken up later', async (given, name) => {
  status = given;
  await expect(handover().begin('0123456789abcdef0123456789abcdef')).rejects.toMatchObject({ name });
});
