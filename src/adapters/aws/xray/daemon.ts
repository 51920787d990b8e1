/** Sends subsegments to X-Ray's daemon, which Lambda runs beside each traced function: https://docs.aws.amazon.com/xray/latest/devguide/xray-api-sendingdata.html#xray-api-daemon */
import { createSocket, type Socket } from 'node:dgram';
import type { Span } from '../../../domain/trace/span.ts';
import { subsegmentOf } from './subsegment.ts';

const HEADER = '{"format": "json", "version": 1}\n';
/** A datagram's, and a document's: https://docs.aws.amazon.com/xray/latest/devguide/xray-api-segmentdocuments.html */
const BYTES_MAX = 64_000;
/** Of one invocation. A trace has room for 100 KB at least, and Step Functions and Lambda write most of it: https://docs.aws.amazon.com/step-functions/latest/dg/concepts-xray-tracing.html */
const REQUESTS_MAX = 20;

export interface Daemon {
  readonly tell: (spans: readonly Span[]) => void;
  /** When all that was told is handed to the network. */
  readonly left: () => Promise<void>;
  readonly close: () => void;
}

/** What cannot be sent is lost: nothing waits for it, and nothing fails. */
export function createDaemon({ address, port }: { readonly address: string; readonly port: number }): Daemon {
  const pending = new Set<Promise<void>>();
  let socket: Socket | undefined;
  const send = (document: string): void => {
    const bytes = Buffer.from(HEADER + document);
    if (bytes.length > BYTES_MAX) return;
    if (socket === undefined) {
      socket = createSocket(address.includes(':') ? 'udp6' : 'udp4').unref();
      socket.on('error', () => undefined);
    }
    const { promise, resolve } = Promise.withResolvers<void>();
    pending.add(promise);
    socket.send(bytes, port, address, () => {
      pending.delete(promise);
      resolve();
    });
  };
  return {
    tell: (spans) => {
      let requests = 0;
      for (const span of spans) {
        if (span.kind === 'client' && (requests += 1) > REQUESTS_MAX && span.failure === null) continue;
        send(subsegmentOf(span));
      }
    },
    left: async () => { await Promise.all(pending); },
    close: () => {
      socket?.close();
      socket = undefined;
    },
  };
}
