/** The framing of git's protocol; https://git-scm.com/docs/protocol-common#_pkt_line_format */
import { ProviderUnavailable } from '../../../domain/errors.ts';

export const FLUSH = '0000';
export const DELIMITER = '0001';

export const packetLine = (text: string): string => `${(Buffer.byteLength(text) + 5).toString(16).padStart(4, '0')}${text}\n`;

export type Packet = { readonly kind: 'data'; readonly data: Buffer } | { readonly kind: 'flush' | 'delimiter' | 'end' };

/** @throws ProviderUnavailable where the bytes are no packets: something else than git answered, or the answer was cut off */
export function* packetsOf(bytes: Buffer): Generator<Packet> {
  for (let at = 0; at < bytes.length; ) {
    const text = bytes.toString('latin1', at, at + 4);
    const length = /^[0-9a-f]{4}$/.test(text) ? Number.parseInt(text, 16) : Number.NaN;
    if (length === 0) yield { kind: 'flush' };
    else if (length === 1) yield { kind: 'delimiter' };
    else if (length === 2) yield { kind: 'end' };
    else if (length >= 4 && at + length <= bytes.length) yield { kind: 'data', data: bytes.subarray(at + 4, at + length) };
    else throw new ProviderUnavailable('The git host did not answer in git\'s protocol, or its answer was cut off. Check the address of the repository; try again.', {});
    at += Math.max(length, 4);
  }
}

export const textOf = ({ data }: { readonly data: Buffer }): string => data.toString('utf8').replace(/\n$/, '');
