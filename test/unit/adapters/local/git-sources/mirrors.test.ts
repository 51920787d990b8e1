import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { type AddressInfo, type Socket, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createGitSources } from '../../../../../src/adapters/local/git-sources.ts';
import { CommitId } from '../../../../../src/domain/ids.ts';
import { eventually } from '../eventually.ts';
import { type GitRepository, gitRepository } from '../git-repository.ts';

const SOME = CommitId.parse('1234567890'.repeat(4));

let work: string;
let origin: GitRepository;
beforeEach(() => {
  work = mkdtempSync(join(tmpdir(), 'slipway-mirror-'));
  origin = gitRepository(join(work, 'origin'));
});
afterEach(() => rmSync(work, { recursive: true, force: true }));

const sources = (settings = {}) => createGitSources({ directory: join(work, 'mirrors'), settings: { schemes: ['http', 'https', 'path'], ...settings } });
const mirror = () => join(work, 'mirrors', readdirSync(join(work, 'mirrors')).find((name) => name.endsWith('.git')) ?? 'none');
const read = async (commit: CommitId, file: string) => {
  const out = mkdtempSync(join(work, 'out-'));
  await sources().checkout(origin.path, commit, out);
  return readFileSync(join(out, file), 'utf8');
};

describe('mirrors', () => {
  it('serve a commit they hold when the origin is gone', async () => {
    const commit = origin.commit({ a: 'kept' });
    await sources().fetch(origin.path, commit);
    rmSync(origin.path, { recursive: true });
    expect(await read(commit, 'a')).toBe('kept');
  });

  it('take only the commit, not its history', async () => {
    const first = origin.commit({ a: '1' });
    const second = origin.commit({ a: '2' });
    await sources().fetch(origin.path, second);
    rmSync(origin.path, { recursive: true });
    await expect(sources().fetch(origin.path, first)).rejects.toMatchObject({ name: 'ProviderUnavailable' });
  });

  it.each([
    ['HEAD is gone', () => rmSync(join(mirror(), 'HEAD'))],
    ['all objects are gone', () => rmSync(join(mirror(), 'objects'), { recursive: true })],
    ['objects are cut off', () => {
      for (const name of readdirSync(join(mirror(), 'objects'), { recursive: true }).map(String)) if (/^(?:[0-9a-f]{2}\/|pack\/.*\.pack)/.test(name)) truncateSync(join(mirror(), 'objects', name), 5);
    }],
    ['the configuration is garbage', () => writeFileSync(join(mirror(), 'config'), '[[[')],
    ['it is empty', () => {
      for (const name of readdirSync(mirror())) rmSync(join(mirror(), name), { recursive: true });
    }],
  ])('are made anew when %s', async (_what, damage) => {
    const commit = origin.commit({ a: 'content', b: { script: 'x' } });
    await sources().fetch(origin.path, commit);
    damage();
    expect(await read(commit, 'a')).toBe('content');
  });

  it('go on after locks and half packs that a killed git has left', async () => {
    await sources().fetch(origin.path, origin.commit({ a: '1' }));
    for (const name of ['shallow.lock', 'config.lock', 'packed-refs.lock', 'objects/pack/tmp_pack_abc123']) writeFileSync(join(mirror(), name), '');
    const next = origin.commit({ a: '2' });
    expect(await read(next, 'a')).toBe('2');
    expect(existsSync(join(mirror(), 'objects/pack/tmp_pack_abc123'))).toBe(false);
  });

  it('survive kill -9 in the middle of a fetch', async () => {
    const files = Object.fromEntries(Array.from({ length: 300 }, (_, n) => [`f${n}`, `${n} `.repeat(500)]));
    const commit = origin.commit({ ...files, a: 'whole' });
    const script = join(work, 'fetch.ts');
    writeFileSync(script, `import { createGitSources } from ${JSON.stringify(join(process.cwd(), 'src/adapters/local/git-sources.ts'))};
      await createGitSources({ directory: ${JSON.stringify(join(work, 'mirrors'))}, settings: { schemes: ['path'] } }).fetch(${JSON.stringify(origin.path)}, ${JSON.stringify(commit)});`);
    for (const waitMs of [0, 30, 60, 90]) {
      const child: ChildProcess = spawn(process.execPath, ['--conditions=slipway-local', script], { stdio: 'ignore' });
      const exited = once(child, 'exit');
      await Promise.race([exited, eventually('a mirror', () => existsSync(join(work, 'mirrors')) && readdirSync(join(work, 'mirrors')).some((name) => name.includes('.git')))]);
      await Promise.race([exited, new Promise((resolve) => setTimeout(resolve, waitMs))]);
      child.kill('SIGKILL');
      await exited;
      expect(await read(commit, 'a')).toBe('whole');
      rmSync(join(work, 'mirrors'), { recursive: true, force: true, maxRetries: 10 });
    }
  });

  it('read SHA-256 repositories', async () => {
    origin = gitRepository(join(work, 'sha256'), 'sha256');
    const commit = origin.commit({ a: 'long id' });
    expect(commit).toHaveLength(64);
    expect(await read(commit, 'a')).toBe('long id');
  });

  it('fall back to all branches where a server gives out no other commits', async () => {
    const first = origin.commit({ a: '1' });
    origin.commit({ a: '2' });
    // With protocol 0 a server refuses commits that no branch names.
    const old = sources({ configuration: { 'protocol.version': '0' } });
    expect(await old.fetch(origin.path, first)).toMatchObject({ commit: first });
    await expect(old.fetch(origin.path, SOME)).rejects.toMatchObject({ name: 'NotFound' });
  });
});

describe('a repository that cannot be reached', () => {
  it('is ProviderUnavailable when nothing listens, naming the address', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    server.close();
    await once(server, 'close');
    await expect(sources().fetch(`http://127.0.0.1:${port}/x.git`, SOME)).rejects.toMatchObject({ name: 'ProviderUnavailable', message: expect.stringContaining(String(port)) });
  });

  it('is ProviderUnavailable after the time limit when it never answers', async () => {
    const open: Socket[] = [];
    const server = createServer((socket) => void open.push(socket.resume())).listen(0, '127.0.0.1');
    await once(server, 'listening');
    try {
      await expect(sources({ timeoutMs: 700 }).fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/x.git`, SOME)).rejects.toMatchObject({ name: 'ProviderUnavailable', message: expect.stringContaining('0.7 s') });
      await eventually('git to hang up', () => open.length > 0 && open.every((socket) => socket.readableEnded || socket.closed));
    } finally {
      for (const socket of open) socket.destroy();
      server.close();
    }
  });

  it('is ProviderUnavailable when there is no such folder', async () => {
    await expect(sources().fetch(join(work, 'nowhere'), SOME)).rejects.toMatchObject({ name: 'ProviderUnavailable' });
  });

  it('is Forbidden when its scheme is switched off', async () => {
    const narrow = createGitSources({ directory: join(work, 'mirrors') });
    for (const address of [origin.path, `file://${origin.path}`, 'http://127.0.0.1/x']) await expect(narrow.fetch(address, SOME)).rejects.toMatchObject({ name: 'Forbidden' });
  });
});

describe('checkout limits', () => {
  it('refuses a tree over its size or count', async () => {
    const commit = origin.commit({ a: 'x'.repeat(50_000), b: '', c: '' });
    const limited = (checkout: { entries: number; bytes: number }) => sources({ checkout }).checkout(origin.path, commit, join(work, 'out'));
    await expect(limited({ entries: 100, bytes: 20_000 })).rejects.toMatchObject({ name: 'LimitExceeded' });
    await expect(limited({ entries: 2, bytes: 1e6 })).rejects.toMatchObject({ name: 'LimitExceeded' });
    expect(readdirSync(join(work, 'mirrors/archives'))).toEqual([]);
    expect(existsSync(join(work, 'out'))).toBe(false);
  });

  it('leaves a submodule out, and never fetches it', async () => {
    const inner = gitRepository(join(work, 'inner'));
    const pinned = inner.commit({ secret: 'x' });
    origin.git('update-index', '--add', '--cacheinfo', `160000,${pinned},sub`);
    writeFileSync(join(origin.path, '.gitmodules'), `[submodule "sub"]\n\tpath = sub\n\turl = ${inner.path}\n`);
    origin.git('add', '.gitmodules');
    origin.git('commit', '--quiet', '-m', 'sub');
    const commit = CommitId.parse(origin.git('rev-parse', 'HEAD'));
    await sources().checkout(origin.path, commit, join(work, 'out'));
    expect(readdirSync(join(work, 'out/sub'))).toEqual([]);
  });
});
