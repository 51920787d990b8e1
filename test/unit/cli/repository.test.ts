import { describe, expect, it } from '@jest/globals';
import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { parseEnvironments, parseManifest } from '../../../src/contracts/manifest-file.ts';
import { inFolder, run } from './run.ts';

const good = (service: string): string => `service: ${service}\nteam: shop\nstart: [node, server.js]\n`;

async function put(folder: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), text);
  }
}

describe('validate', () => {
  it('checks every manifest of a repository, other people\'s code left out', async () => {
    await inFolder(async (folder) => {
      await put(folder, {
        'services/catalog/slipway.yaml': good('catalog'), 'services/basket/slipway.yaml': good('basket'), '.gitignore': '# made\n/build/\n*.log\n', 'build/slipway.yaml': 'nonsense', 'node_modules/other/slipway.yaml': 'nonsense', '.git/slipway.yaml': 'nonsense',
      });
      await symlink(folder, join(folder, 'services', 'loop'));
      const { code, out } = await run(['validate', folder]);
      expect([code, out]).toEqual([0, '2 services read: basket, catalog. Nothing is wrong.\n']);
    });
  });

  it('names a manifest that is a symlink, as a push of it would be refused', async () => {
    await inFolder(async (folder) => {
      await put(folder, { 'services/catalog/manifest.yaml': good('catalog'), 'services/basket/slipway.yaml': good('basket') });
      await symlink('manifest.yaml', join(folder, 'services', 'catalog', 'slipway.yaml'));
      const said = 'services/catalog/slipway.yaml:1:1  this is a symlink, and links are not followed. Put the manifest itself there.\n';
      expect(await run(['validate', folder])).toMatchObject({ code: 1, out: `${said}\n1 service read: basket. 1 mistake.\n` });
      const one = await run(['validate', join(folder, 'services', 'catalog', 'slipway.yaml'), '--json']);
      expect([one.code, JSON.parse(one.out)]).toMatchObject([1, { services: [], issues: [{ file: 'slipway.yaml', severity: 'error' }] }]);
      expect((await run(['validate', join(folder, 'services', 'basket', 'slipway.yaml')])).code).toBe(0);
    });
  });

  it('answers a mistake with file, line, column, the line and what was meant: exit 1', async () => {
    await inFolder(async (folder) => {
      await put(folder, { 'services/catalog/slipway.yaml': `${good('catalog')}strategy: cannary\n` });
      const { code, out } = await run(['validate'], { needs: { directory: folder } });
      expect(code).toBe(1);
      expect(out).toContain('services/catalog/slipway.yaml:4:11  strategy: ');
      expect(out).toContain('Did you mean "canary"?\n  4 | strategy: cannary\n    |           ^');
      expect(out.trimEnd().split('\n').at(-1)).toBe('1 mistake.');
    });
  });

  it('checks against the environments, and one file alone', async () => {
    await inFolder(async (folder) => {
      await put(folder, { 'slipway.yaml': `${good('catalog')}environments:\n  stagging:\n    instances: 1\n`, 'installation/environments.yaml': 'environments:\n  - name: staging\n    kind: staging\n    wave: 1\n  - name: production\n    kind: production\n    wave: 2\n' });
      const { code, out } = await run(['validate', 'slipway.yaml', '--environments', 'installation/environments.yaml', '--json'], { needs: { directory: folder } });
      const { issues } = JSON.parse(out) as { issues: { path: string; line: number; allowed?: string[] }[] };
      expect([code, issues.find((issue) => issue.path === 'environments.stagging')]).toMatchObject([1, { line: 5, allowed: ['staging', 'production'] }]);
      expect((await run(['validate', 'installation/environments.yaml'], { needs: { directory: folder } })).code).toBe(0);
    });
  });

  it('says when there is nothing to check', async () => {
    await inFolder(async (folder) => {
      expect(await run(['validate', folder])).toMatchObject({ code: 1, err: `There is no slipway.yaml in ${folder}. Write one: slipway init\n` });
      expect(await run(['validate', join(folder, 'nowhere')])).toMatchObject({ code: 1, err: `There is no file or folder ${join(folder, 'nowhere')}.\n` });
      await put(folder, { 'slipway.yaml': ' '.repeat(1024 * 1024 + 1) });
      expect(await run(['validate', folder])).toMatchObject({ code: 1, err: expect.stringContaining('1048576 are accepted') });
    });
  });
});

describe('init', () => {
  it('writes a manifest from what the folder tells, which validates', async () => {
    await inFolder(async (folder) => {
      await put(folder, { 'package.json': JSON.stringify({ name: '@acme/Shop_Catalog', scripts: { start: 'node dist/server.js', build: 'tsc', test: 'jest' } }) });
      expect((await run(['init'], { needs: { directory: folder } })).code).toBe(0);
      const parsed = parseManifest(await readFile(join(folder, 'slipway.yaml'), 'utf8'), 'slipway.yaml');
      expect(parsed.ok && parsed.manifest).toMatchObject({ service: 'shop-catalog', start: ['node', 'dist/server.js'], build: { command: ['npm', 'run', 'build'], test: ['npm', 'test'] } });
      expect((await run(['validate'], { needs: { directory: folder } })).code).toBe(0);
    });
  });

  it('takes options first, and knows a Python service', async () => {
    await inFolder(async (folder) => {
      await put(folder, { 'app.py': '' });
      await run(['init', folder, '--service', 'prices', '--team', 'shop', '--health', '/health']);
      const parsed = parseManifest(await readFile(join(folder, 'slipway.yaml'), 'utf8'), 'slipway.yaml');
      expect(parsed.ok && parsed.manifest).toMatchObject({ service: 'prices', team: 'shop', start: ['python3', 'app.py'], health: { path: '/health' } });
      await run(['init', folder, '--force', '--service', 'prices', '--start', 'bin/run', 'a b']);
      const again = parseManifest(await readFile(join(folder, 'slipway.yaml'), 'utf8'), 'slipway.yaml');
      expect(again.ok && again.manifest.start).toEqual(['bin/run', 'a b']);
    });
  });

  it('replaces nothing without --force, and writes nothing that would not be accepted', async () => {
    await inFolder(async (folder) => {
      await put(folder, { 'slipway.yaml': 'mine' });
      expect(await run(['init', folder])).toMatchObject({ code: 1, err: expect.stringContaining('is there already') });
      expect(await run(['init', folder, '--force', '--service', 'No Good'])).toMatchObject({ code: 2, err: expect.stringContaining('slipway.yaml:2:10  service') });
      expect(await readFile(join(folder, 'slipway.yaml'), 'utf8')).toBe('mine');
    });
  });

  it('asks on a terminal, and writes nothing when the person gives up', async () => {
    await inFolder(async (folder) => {
      const ask = (answer: { service: string; team: string; start: string } | null) => ({ isTerminal: true, directory: folder, ask: { confirm: async () => true, init: async () => answer } });
      expect(await run(['init'], { needs: ask(null) })).toMatchObject({ code: 1, err: 'Nothing was written.\n' });
      expect((await run(['init'], { needs: ask({ service: 'prices', team: 'shop', start: 'node  main.js --fast' }) })).code).toBe(0);
      const parsed = parseManifest(await readFile(join(folder, 'slipway.yaml'), 'utf8'), 'slipway.yaml');
      expect(parsed.ok && parsed.manifest).toMatchObject({ service: 'prices', start: ['node', 'main.js', '--fast'] });
    });
  });

  it('writes environments, with somebody who may approve', async () => {
    await inFolder(async (folder) => {
      expect((await run(['init', '--environments'], { needs: { directory: folder } })).code).toBe(2);
      expect((await run(['init', '--environments', '--approver', 'anna'], { needs: { directory: folder } })).code).toBe(0);
      const parsed = parseEnvironments(await readFile(join(folder, 'environments.yaml'), 'utf8'), 'environments.yaml');
      expect(parsed.ok && parsed.environments.defaults.approvers).toEqual(['anna']);
    });
  });
});
