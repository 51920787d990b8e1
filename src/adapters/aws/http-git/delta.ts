/** Objects kept as the difference to another one; https://git-scm.com/docs/gitformat-pack#_deltified_representation */
import { LimitExceeded, ProviderUnavailable } from '../../../domain/errors.ts';

const broken = (): ProviderUnavailable => new ProviderUnavailable('The git host sent a difference between objects that cannot be read. Try again; check the repository with git fsck.', {});

/** Reads its bytes one after the other. */
function reader(bytes: Buffer) {
  let at = 0;
  const byte = (): number => {
    const value = bytes[at];
    if (value === undefined) throw broken();
    at += 1;
    return value;
  };
  return {
    byte,
    done: () => at >= bytes.length,
    size: (): number => {
      let size = 0;
      for (let factor = 1; ; factor *= 128) {
        const part = byte();
        size += (part & 0x7f) * factor;
        if ((part & 0x80) === 0) return size;
      }
    },
    take: (length: number): Buffer => {
      if (at + length > bytes.length) throw broken();
      at += length;
      return bytes.subarray(at - length, at);
    },
  };
}

/** @param bytesMax of what comes out. @throws ProviderUnavailable for a difference that does not fit `base`, LimitExceeded */
export function applyDelta(base: Buffer, delta: Buffer, bytesMax: number): Buffer {
  const from = reader(delta);
  if (from.size() !== base.length) throw broken();
  const size = from.size();
  if (size > bytesMax) throw new LimitExceeded(`The commit holds more than ${bytesMax} bytes more, so it was not read. Divide the repository.`, { bytes: bytesMax });
  const parts: Buffer[] = [];
  let written = 0;
  while (!from.done()) {
    const command = from.byte();
    const part = (command & 0x80) === 0 ? from.take(command) : copied(base, command, from.byte);
    written += part.length;
    if (command === 0 || written > size) throw broken();
    parts.push(part);
  }
  if (written !== size) throw broken();
  return Buffer.concat(parts, size);
}

/** The lower bits say which bytes of offset (4) and size (3) follow; a size of 0 is 65,536. */
function copied(base: Buffer, command: number, byte: () => number): Buffer {
  const number = (bits: readonly number[]): number => bits.reduce((sum, bit, index) => ((command & bit) === 0 ? sum : sum + byte() * 256 ** index), 0);
  const offset = number([0x01, 0x02, 0x04, 0x08]);
  const size = number([0x10, 0x20, 0x40]) || 0x10000;
  if (offset + size > base.length) throw broken();
  return base.subarray(offset, offset + size);
}
