/** One request over HTTP with Node's own client, which is in no bundle, and the head of its answer. */
import type { Agent, AgentOptions, IncomingMessage } from 'node:http';

export interface OutgoingRequest {
  readonly method: string;
  readonly target: string;
  /** Flat names and values, sent as they stand; the host is that of the address, whatever they say. */
  readonly headers: readonly string[];
  readonly body: Uint8Array | undefined;
}

/** Loaded when something is asked: of a target's verbs, only one does, and TLS is a third of an empty function's start. */
const clientFor = (protocol: string) => (protocol === 'https:' ? process.getBuiltinModule('node:https') : process.getBuiltinModule('node:http'));

export const agentFor = (address: string, options: AgentOptions): Agent => new (clientFor(address.startsWith('https:') ? 'https:' : 'http:').Agent)(options);

/** @param base a path in it comes before that of the request @throws what Node's client does: refused, broken, `signal` aborted */
export function exchange(base: URL, { method, target, headers, body }: OutgoingRequest, agent: Agent, signal: AbortSignal): Promise<IncomingMessage> {
  const own = headers.filter((_text, index) => !['host', 'content-length', 'transfer-encoding'].includes(headers[index - (index % 2)]?.toLowerCase() ?? ''));
  const sent = [...own, 'host', base.host, ...(body === undefined ? [] : ['content-length', String(body.length)])];
  return new Promise((resolve, reject) => {
    clientFor(base.protocol).request({ protocol: base.protocol, hostname: base.hostname.replace(/^\[|\]$/g, ''), port: base.port, method, path: `${base.pathname.replace(/\/+$/, '')}${target}`, headers: sent, agent, signal }, resolve).on('error', reject).end(body);
  });
}
