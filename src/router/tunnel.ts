/** Two connections that were upgraded to another protocol, joined byte for byte. */
import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';

export interface TunnelEnds {
  readonly client: Duplex;
  readonly upstream: Duplex;
  /** What the client sent before the upgrade was answered. */
  readonly first: Buffer | undefined;
  readonly head: { readonly status: number; readonly protocol: string; readonly headers: readonly string[] };
}

/** Answers the upgrade and joins both ends; when either is gone the other goes too, and `done` is called once. */
export function joinTunnel({ client, upstream, first, head }: TunnelEnds, done: () => void): void {
  let ended = false;
  const end = () => {
    if (ended) return;
    ended = true;
    client.destroy();
    upstream.destroy();
    done();
  };
  for (const side of [client, upstream]) side.on('error', end).on('close', end);
  if (client.destroyed || upstream.destroyed) return end();
  let text = `HTTP/1.1 ${head.status} ${STATUS_CODES[head.status] ?? ''}\r\nconnection: upgrade\r\nupgrade: ${head.protocol}\r\n`;
  for (let index = 0; index < head.headers.length; index += 2) text += `${head.headers[index]}: ${head.headers[index + 1]}\r\n`;
  client.write(`${text}\r\n`, 'latin1');
  if (first !== undefined && first.length > 0) upstream.write(first);
  upstream.pipe(client);
  client.pipe(upstream);
}
