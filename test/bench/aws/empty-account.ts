/**
 * Stands for AWS in the first call of a function: an account in which there is nothing. Roles can be assumed, the table has no items, and
 * every other call is refused, in the form of its protocol, as a call of a role without rights is.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

const HOUR_MS = 3_600_000;
const JSON_TYPE = 'application/x-amz-json-1.1';
const refusal = 'You are not authorized to perform this operation.';

const assumed = (): string => `<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>ASIABENCH</AccessKeyId><SecretAccessKey>bench</SecretAccessKey><SessionToken>bench</SessionToken><Expiration>${new Date(Date.now() + HOUR_MS).toISOString()}</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>`;

function answer(request: IncomingMessage, body: string, response: ServerResponse): void {
  const say = (status: number, type: string, text: string) => response.writeHead(status, { 'content-type': type }).end(text);
  const action = request.headers['x-amz-target'];
  if (body.startsWith('Action=AssumeRole&')) say(200, 'text/xml', assumed());
  else if (action === 'DynamoDB_20120810.GetItem') say(200, JSON_TYPE, '{}');
  else if (action === 'DynamoDB_20120810.Query') say(200, JSON_TYPE, '{"Items":[],"Count":0}');
  else if (body.startsWith('Action=')) say(403, 'text/xml', `<ErrorResponse><Error><Code>AccessDenied</Code><Message>${refusal}</Message></Error></ErrorResponse>`);
  else say(403, JSON_TYPE, JSON.stringify({ __type: 'AccessDeniedException', message: refusal }));
}

export interface EmptyAccount {
  readonly endpoint: string;
  close(): Promise<void>;
}

export async function startEmptyAccount(): Promise<EmptyAccount> {
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => void parts.push(part)).on('end', () => answer(request, Buffer.concat(parts).toString('utf8'), response));
  });
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => { server.close(resolve); });
    },
  };
}
