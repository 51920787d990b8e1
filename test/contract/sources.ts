/** What every adapter for repositories must do. `origin` is a repository the adapter can reach as `address`. */
import { existsSync, lstatSync, mkdtempSync, readFileSync, readdirSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { CommitId } from '../../src/domain/ids.ts';
import type { Sources } from '../../src/ports/sources.ts';
import type { GitRepository } from '../unit/adapters/local/git-repository.ts';

export interface SourcesUnderTest {
  readonly sources: Sources;
  readonly origin: GitRepository;
  readonly address: string;
  readonly close: () => void | Promise<void>;
}

const ZEROS = CommitId.parse('0'.repeat(40));
const NOBODYS = CommitId.parse('1234567890'.repeat(4));

export function sourcesContract(name: string, open: () => SourcesUnderTest | Promise<SourcesUnderTest>): void {
  describe(`sources contract: ${name}`, () => {
    let under: SourcesUnderTest;
    let work: string;
    beforeEach(async () => {
      work = mkdtempSync(join(tmpdir(), 'slipway-checkout-'));
      under = await open();
    });
    afterEach(async () => {
      await under.close();
      rmSync(work, { recursive: true, force: true });
    });

    it('says who made a commit, when, and what for', async () => {
      const commit = under.origin.commit({ a: '1' }, 'grün: a subject');
      expect(await under.sources.fetch(under.address, commit)).toEqual({ commit, author: 'anna@example.com', committedAt: 1_700_000_000_000, subject: 'grün: a subject' });
    });

    it('makes of a subject one line of plain text, and not too long a one', async () => {
      const subjectOf = async (text: string) => (await under.sources.fetch(under.address, under.origin.commit({ a: text }, text))).subject;
      expect(await subjectOf('red \u001b[31m,\ttabs and \u202e turned\n\nA body.')).toBe('red [31m, tabs and turned');
      expect(await subjectOf('x'.repeat(600))).toBe('x'.repeat(500));
    });

    it('has the head of a pull request, which no branch has', async () => {
      const base = under.origin.commit({ 'a/slipway.yaml': 'one', b: '1' });
      under.origin.git('checkout', '-q', '-b', 'proposal');
      const head = under.origin.commit({ 'a/slipway.yaml': 'two' });
      under.origin.git('update-ref', 'refs/pull/7/head', head);
      under.origin.git('checkout', '-q', 'main');
      under.origin.git('branch', '-D', 'proposal');
      expect((await under.sources.fetch(under.address, head)).commit).toBe(head);
      expect(await under.sources.manifests(under.address, head)).toEqual([{ path: 'a/slipway.yaml', text: 'two' }]);
      expect(await under.sources.changedPaths(under.address, base, head)).toEqual(['a/slipway.yaml']);
    });

    it('reads one file, which has to be one', async () => {
      const commit = under.origin.commit({ 'a/requests.txt': 'GET /grün\n', 'a/run.sh': { script: '#!/bin/sh\n' }, 'a/[x]*.txt': 'odd', link: { link: 'a/requests.txt' } });
      const read = (path: string, limit = 1000) => under.sources.file(under.address, commit, path, limit);
      expect(await read('a/requests.txt')).toBe('GET /grün\n');
      expect(await read('a/requests.txt', Buffer.byteLength('GET /grün\n'))).toBe('GET /grün\n');
      expect(await read('a/run.sh')).toBe('#!/bin/sh\n');
      expect(await read('a/[x]*.txt')).toBe('odd');
      await expect(read('a/requests.txt', 10)).rejects.toMatchObject({ name: 'LimitExceeded', message: expect.stringContaining('a/requests.txt') });
      for (const missing of ['requests.txt', 'a/*', 'a/requests', 'link/x', '../a/requests.txt']) await expect(read(missing)).rejects.toMatchObject({ name: 'NotFound' });
      for (const other of ['a', 'link']) await expect(read(other)).rejects.toMatchObject({ name: 'InvalidInput' });
      await expect(under.sources.file(under.address, NOBODYS, 'a', 10)).rejects.toMatchObject({ name: 'NotFound' });
    });

    it('lists branches with their commits, and no tags', async () => {
      expect([...await under.sources.heads(under.address)]).toEqual([]);
      const first = under.origin.commit({ a: '1' });
      under.origin.git('branch', 'next/step');
      under.origin.git('tag', '-a', 'v1', '-m', 'one');
      const second = under.origin.commit({ a: '2' });
      expect(new Map(await under.sources.heads(under.address))).toEqual(new Map([['main', second], ['next/step', first]]));
      await expect(under.sources.heads(`${under.address}-is-not-there`)).rejects.toMatchObject({ name: expect.stringMatching(/^(?:ProviderUnavailable|NotFound)$/) });
      await expect(under.sources.heads('--upload-pack=touch /tmp/x')).rejects.toMatchObject({ name: 'InvalidInput' });
    });

    it('checks out the exact tree: bytes, modes, links, and nothing that attributes would change', async () => {
      const commit = under.origin.commit({ '.gitattributes': '* text=auto eol=crlf\nhidden export-ignore\nid.txt export-subst ident\n*.bin filter=lfs\n', 'id.txt': '$Format:%H$ $Id$\n', hidden: 'here\n', 'x.bin': 'raw\n', 'dir/run.sh': { script: '#!/bin/sh\n' }, 'dir/link': { link: '../hidden' } });
      under.origin.commit({ hidden: 'later\n' });
      await under.sources.checkout(under.address, commit, join(work, 'out'));
      const read = (file: string) => readFileSync(join(work, 'out', file), 'utf8');
      expect([read('id.txt'), read('hidden'), read('x.bin')]).toEqual(['$Format:%H$ $Id$\n', 'here\n', 'raw\n']);
      expect(lstatSync(join(work, 'out/dir/run.sh')).mode & 0o111).toBe(0o111);
      expect(readlinkSync(join(work, 'out/dir/link'))).toBe('../hidden');
      expect(existsSync(join(work, 'out/.git'))).toBe(false);
    });

    it('checks out a commit without files', async () => {
      const commit = under.origin.commit({});
      await under.sources.checkout(under.address, commit, join(work, 'out'));
      expect(readdirSync(join(work, 'out'))).toEqual([]);
      expect(await under.sources.manifests(under.address, commit)).toEqual([]);
    });

    it('refuses a tree with a symlink that leads outside, naming it', async () => {
      const commit = under.origin.commit({ 'a/passwords': { link: '/etc/passwd' } });
      await expect(under.sources.checkout(under.address, commit, join(work, 'out'))).rejects.toMatchObject({ name: 'ArtifactRefused', message: expect.stringContaining('a/passwords') });
      expect(readdirSync(work)).toEqual([]);
    });

    it('does not check out over files', async () => {
      const commit = under.origin.commit({ a: '1' });
      writeFileSync(join(work, 'mine'), '');
      await expect(under.sources.checkout(under.address, commit, work)).rejects.toMatchObject({ name: 'InvalidInput' });
    });

    it('reads every manifest of the commit and no other file', async () => {
      const commit = under.origin.commit({ 'slipway.yaml': 'service: root\n', 'services/a/slipway.yaml': 'service: grün\n', 'services/b/notslipway.yaml': 'x', 'c/slipway.yaml/readme': 'a folder' });
      const found = await under.sources.manifests(under.address, commit);
      expect([...found].sort((one, other) => (one.path < other.path ? -1 : 1))).toEqual([{ path: 'services/a/slipway.yaml', text: 'service: grün\n' }, { path: 'slipway.yaml', text: 'service: root\n' }]);
      under.origin.git('rm', '-r', '--quiet', '.');
      expect(await under.sources.manifests(under.address, under.origin.commit({ other: '' }))).toEqual([]);
    });

    it('says of each manifest that cannot be read why, and reads the others', async () => {
      const commit = under.origin.commit({ 'a/slipway.yaml': { link: '/etc/passwd' }, 'b/slipway.yaml': 'x'.repeat(256 * 1024 + 1), 'c/slipway.yaml': 'service: c\n', 'd/slipway.yaml': Buffer.from('team: caf\u00e9', 'latin1') });
      const found = await under.sources.manifests(under.address, commit);
      expect([...found].sort((one, other) => (one.path < other.path ? -1 : 1))).toEqual([
        { path: 'a/slipway.yaml', problem: 'this is a symlink, and links are not followed. Put the manifest itself there.' },
        { path: 'b/slipway.yaml', problem: expect.stringMatching(/^it has 262145 bytes, and a manifest has at most 262144/) },
        { path: 'c/slipway.yaml', text: 'service: c\n' },
        { path: 'd/slipway.yaml', problem: expect.stringMatching(/not UTF-8/) },
      ]);
      under.origin.git('rm', '-r', '--quiet', '.');
      expect(await under.sources.manifests(under.address, under.origin.commit({ 'a/slipway.yaml': { link: '/etc/passwd' } }))).toHaveLength(1);
    });

    it('lists changed paths, both places of a rename, odd names as they are', async () => {
      const before = under.origin.commit({ 'old name': 'the same content in both\n', same: '1', 'changed "q"\n': '1' });
      under.origin.git('mv', 'old name', 'grün');
      const after = under.origin.commit({ 'changed "q"\n': '2', added: '' });
      expect([...((await under.sources.changedPaths(under.address, before, after)) ?? [])].sort()).toEqual(['added', 'changed "q"\n', 'grün', 'old name']);
      expect(await under.sources.changedPaths(under.address, after, after)).toEqual([]);
    });

    it('answers null where the commit before is not known', async () => {
      const after = under.origin.commit({ a: '1' });
      expect(await under.sources.changedPaths(under.address, ZEROS, after)).toBeNull();
      expect(await under.sources.changedPaths(under.address, NOBODYS, after)).toBeNull();
    });

    it('says NotFound for a commit that is not there, and for an id that is no commit', async () => {
      under.origin.commit({ a: '1' });
      const tree = CommitId.parse(under.origin.git('rev-parse', 'HEAD^{tree}'));
      for (const id of [NOBODYS, tree]) {
        await expect(under.sources.fetch(under.address, id)).rejects.toMatchObject({ name: 'NotFound' });
        await expect(under.sources.checkout(under.address, id, join(work, 'out'))).rejects.toMatchObject({ name: 'NotFound' });
      }
    });

    it('sees commits that were pushed after the first look, also at once', async () => {
      const first = under.origin.commit({ a: '1' });
      await under.sources.fetch(under.address, first);
      const later = [2, 3, 4].map((n) => under.origin.commit({ a: String(n) }, `change ${n}`));
      const found = await Promise.all(later.map((commit) => under.sources.fetch(under.address, commit)));
      expect(found.map((info) => info.subject)).toEqual(['change 2', 'change 3', 'change 4']);
    });

    it.each(['--upload-pack=touch /tmp/x', '-oProxyCommand=x', 'ext::sh -c x', 'ext::sh', 'file::x', 'https://user:pass@example.com/x', 'https://token@example.com/x', 'ssh://-oProxyCommand=x/y', 'git@-oProxyCommand=x:y', 'git@host:-x', 'relative/path', '../up', '', 'git://example.com/x', 'javascript:x', 'https://exa mple.com/', 'https://example.com/\nx', '//host/share'])('refuses the address %j', async (address) => {
      await expect(under.sources.fetch(address, NOBODYS)).rejects.toMatchObject({ name: 'InvalidInput' });
    });

    it.each(['--upload-pack=x', 'main', 'HEAD', 'abc', `${'a'.repeat(40)}^`, `-${'a'.repeat(39)}`])('refuses the commit %j', async (commit) => {
      await expect(under.sources.fetch(under.address, commit as CommitId)).rejects.toMatchObject({ name: 'InvalidInput' });
      await expect(under.sources.checkout(under.address, commit as CommitId, join(work, 'out'))).rejects.toMatchObject({ name: 'InvalidInput' });
    });
  });
}
