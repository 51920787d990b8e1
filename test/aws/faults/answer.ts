/** Answers as a service frames them, so that the real client of the SDK reads the error that is meant. */
import type { Protocol } from './call.ts';

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

export interface ErrorAnswer {
  readonly status: number;
  readonly code: string;
  readonly message: string;
}

/** What a service says of too many calls; each has a name of its own, https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html */
export const throttled = (protocol: Protocol): ErrorAnswer => {
  const message = 'Rate exceeded';
  if (protocol === 's3') return { status: 503, code: 'SlowDown', message };
  if (protocol === 'ec2') return { status: 503, code: 'RequestLimitExceeded', message };
  if (protocol === 'query') return { status: 400, code: 'Throttling', message };
  if (protocol === 'rest-json') return { status: 429, code: 'TooManyRequestsException', message };
  return { status: 400, code: 'ThrottlingException', message };
};

const text = (status: number, type: string, body: string | Buffer, headers: Readonly<Record<string, string>> = {}): Answer => ({ status, headers: { 'content-type': type, 'x-amzn-requestid': 'injected', ...headers }, body: Buffer.from(body) });

export function errorAnswer(protocol: Protocol, { status, code, message }: ErrorAnswer): Answer {
  switch (protocol) {
    case 'json': return text(status, 'application/x-amz-json-1.1', JSON.stringify({ __type: code, message }), { 'x-amzn-errortype': code });
    case 'rest-json': return text(status, 'application/json', JSON.stringify({ message }), { 'x-amzn-errortype': code });
    case 'cbor': return text(status, 'application/cbor', cborMap({ __type: code, message }), { 'smithy-protocol': 'rpc-v2-cbor' });
    case 'query': return text(status, 'text/xml', `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error><RequestId>injected</RequestId></ErrorResponse>`);
    case 'ec2': return text(status, 'text/xml', `<Response><Errors><Error><Code>${code}</Code><Message>${message}</Message></Error></Errors><RequestID>injected</RequestID></Response>`);
    case 's3': return text(status, 'application/xml', `<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code><Message>${message}</Message><RequestId>injected</RequestId></Error>`);
  }
}

/** A map of texts, at most 23 of them: RFC 8949, sections 3 and 3.1. */
function cborMap(fields: Readonly<Record<string, string>>): Buffer {
  const entries = Object.entries(fields);
  return Buffer.concat([Buffer.from([0xa0 + entries.length]), ...entries.flatMap(([key, value]) => [cborText(key), cborText(value)])]);
}

function cborText(value: string): Buffer {
  const bytes = Buffer.from(value, 'utf8');
  const head = Buffer.alloc(3);
  head[0] = 0x79;
  head.writeUInt16BE(bytes.length, 1);
  return Buffer.concat([head, bytes]);
}
