/** Secret values in files, `<directory>/<reference>`, that only their owner can read. */
import { constants } from 'node:fs';
import { type FileHandle, open, realpath } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Forbidden, InvalidInput, LimitExceeded, NotFound } from '../../domain/errors.ts';
import type { SecretSource } from '../../ports/secrets.ts';

export const SECRET_BYTES_MAX = 64 * 1024;
const MODES = new Set([0o600, 0o400]);
/** Of a manifest's references those without the name of another store (src/domain/secret-reference.ts). */
const REFERENCE = /^[A-Za-z0-9/_.-]{1,200}$/;

const codeOf = (error: unknown): unknown => (typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined);

function checkReference(reference: string): void {
  const parts = reference.split('/');
  if (/^(?:secretsmanager|ssm):/.test(reference)) throw new InvalidInput(`${JSON.stringify(reference.slice(0, 200))} is in a store of AWS, and this is one machine. Name a secret of this machine in its place.`, { reference: reference.slice(0, 200) });
  if (REFERENCE.test(reference) && !parts.some((part) => part === '' || part === '.' || part === '..')) return;
  throw new InvalidInput(`${JSON.stringify(reference.slice(0, 200))} cannot be the name of a secret. Use letters, digits and _ . - in parts separated by /, without . or .. as a part.`, { reference: reference.slice(0, 200) });
}

const notFound = (reference: string, directory: string) => new NotFound(`There is no secret ${reference}. Put its value into the file ${join(directory, reference)} with mode 0600.`, { reference });

async function openSecret(directory: string, reference: string): Promise<FileHandle> {
  const path = join(directory, reference);
  try {
    // The folders above may not be links either: each must be where its name says.
    const root = await realpath(directory);
    const parent = await realpath(dirname(path));
    if (parent !== join(root, dirname(reference))) throw new Forbidden(`The secret ${reference} lies behind a symlink, so it was not read. Put the file itself there.`, { reference });
    // O_NONBLOCK: opening a pipe must not wait for its writer.
    return await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    const code = codeOf(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') throw notFound(reference, directory);
    if (code === 'ELOOP') throw new Forbidden(`The secret ${reference} is a symlink, so it was not read. Put the file itself there.`, { reference });
    if (code === 'EACCES' || code === 'EPERM') throw new Forbidden(`The secret ${reference} may not be read by this user. Make this user its owner.`, { reference });
    throw error;
  }
}

async function checkFile(file: FileHandle, reference: string): Promise<void> {
  const found = await file.stat();
  if (!found.isFile()) throw notFound(reference, '');
  const mode = found.mode & 0o7777;
  if (!MODES.has(mode)) throw new Forbidden(`The secret ${reference} has mode 0${mode.toString(8)}, so others could read or change it. Run chmod 600 on its file; if others have had access, replace the value.`, { reference, mode: mode.toString(8) });
  if (found.uid !== process.getuid?.()) throw new Forbidden(`The secret ${reference} belongs to user ${found.uid}, not to the one Slipway runs as. Change its owner with chown.`, { reference, owner: found.uid });
}

async function readValue(file: FileHandle, reference: string): Promise<string> {
  // One byte more than allowed, whatever the size claims: the cap holds for a file that grows.
  const { buffer, bytesRead } = await file.read(Buffer.alloc(SECRET_BYTES_MAX + 1), 0, SECRET_BYTES_MAX + 1, 0);
  if (bytesRead > SECRET_BYTES_MAX) throw new LimitExceeded(`The secret ${reference} is larger than ${SECRET_BYTES_MAX} bytes. Keep large material elsewhere and only its key here.`, { reference });
  const bytes = buffer.subarray(0, bytesRead);
  const text = bytes.toString('utf8');
  if (text.includes('\0') || !Buffer.from(text).equals(bytes)) throw new InvalidInput(`The secret ${reference} is not text (UTF-8 without NUL), so it cannot be a variable. Encode it, for example as base64.`, { reference });
  const value = text.replace(/\r?\n$/, '');
  if (value === '') throw new InvalidInput(`The secret ${reference} is empty. Write its value into its file.`, { reference });
  return value;
}

/**
 * Reads each time anew, so a replaced file counts at the next start of an instance. One trailing newline is taken off.
 * @throws NotFound, Forbidden (mode, owner, symlink), InvalidInput, LimitExceeded: all name the reference, never a value.
 */
export function createSecretFolder({ directory }: { readonly directory: string }): SecretSource {
  return {
    async resolve(reference) {
      checkReference(reference);
      const file = await openSecret(directory, reference);
      try {
        await checkFile(file, reference);
        return await readValue(file, reference);
      } finally {
        await file.close();
      }
    },
  };
}
