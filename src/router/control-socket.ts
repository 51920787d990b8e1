/** Where a part of the installation is spoken to by the others: a unix domain socket that only its owner can open. */
import { createHash } from 'node:crypto';
import { chmod, mkdir, rm, stat } from 'node:fs/promises';
import { connect, type Server } from 'node:net';
import { dirname, join } from 'node:path';
import { Conflict, LimitExceeded, ProviderUnavailable } from '../domain/errors.ts';

/** Socket addresses hold 108 bytes on Linux and 104 on macOS, the closing zero included. */
const PATH_BYTES = 99;

/**
 * The control socket of the part whose data is in `directory`: `name` in it, or, where that is too long for a
 * socket address, `slipway-<first 16 digits of the path's sha256>/<name>` under `temporaryDirectory`.
 */
export function controlSocketPath(directory: string, temporaryDirectory: string, name = 'router.sock'): string {
  const near = join(directory, name);
  if (Buffer.byteLength(near) <= PATH_BYTES) return near;
  const digest = createHash('sha256').update(directory).digest('hex').slice(0, 16);
  return join(temporaryDirectory, `slipway-${digest}`, name);
}

/**
 * Listens at `path`, mode 0600, in a directory that is its owner's alone. A socket that a dead process left behind is removed.
 * @throws Conflict when a living one answers there; LimitExceeded when the path is too long; ProviderUnavailable when
 * the socket or its directory would be open to others.
 */
export async function listenPrivately(server: Server, path: string): Promise<void> {
  if (Buffer.byteLength(path) > PATH_BYTES) throw new LimitExceeded(`the control socket's path has ${Buffer.byteLength(path)} bytes and a socket address holds ${PATH_BYTES}: choose a shorter one (controlSocketPath does)`, { path });
  const parent = dirname(path);
  await mkdir(parent, { recursive: true, mode: 0o700 });
  const owner = await stat(parent);
  if (owner.uid !== process.getuid?.() || (owner.mode & 0o022) !== 0) throw new ProviderUnavailable(`the directory ${parent} belongs to or can be written by others, so the control socket would not be private: make it yours with mode 0700`, { parent });
  if (await answers(path)) throw new Conflict(`another process answers at ${path}: end it first, or use another data directory`, { path });
  await rm(path, { force: true });
  const mask = process.umask(0o177);
  const listening = new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ path }, () => {
      server.off('error', reject);
      resolve();
    });
  });
  // bind() has happened by now: Node does it inside listen() for a path.
  process.umask(mask);
  await listening;
  await chmod(path, 0o600);
}

function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ path });
    const settle = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('connect', () => settle(true)).once('error', () => settle(false));
  });
}
