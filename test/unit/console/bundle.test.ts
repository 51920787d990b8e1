/** The console's build: how large its first load is, and that it keeps to the policy that it is served with. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, it } from '@jest/globals';

const ROOT = join(import.meta.dirname, '../../..');
/** What the issue asks for is 150 KB; this is what it is kept under. */
const FIRST_LOAD_BYTES_MAX = 60 * 1024;

let out: string;
let html: string;
beforeAll(() => {
  out = mkdtempSync(join(tmpdir(), 'slipway-console-build-'));
  execFileSync(process.execPath, [join(ROOT, 'node_modules/vite/bin/vite.js'), 'build', join(ROOT, 'console'), '--configLoader', 'native', '--logLevel', 'error', '--outDir', out, '--emptyOutDir'], { cwd: ROOT, stdio: ['ignore', 'ignore', 'inherit'], env: { ...process.env, NODE_ENV: 'production' } });
  html = readFileSync(join(out, 'index.html'), 'utf8');
}, 60_000);
afterAll(() => rmSync(out, { recursive: true, force: true }));

const named = (): string[] => [...html.matchAll(/(?:src|href)="(\/[^"]+)"/g)].map(([, path = '']) => path);

it('the first load, compressed, is under its limit', () => {
  const files = ['/index.html', '/config.json', ...named()];
  expect(files.some((path) => /^\/assets\/.*\.js$/.test(path))).toBe(true);
  const bytes = files.reduce((sum, path) => sum + gzipSync(readFileSync(join(out, path)), { level: 9 }).length, 0);
  expect(bytes).toBeLessThan(FIRST_LOAD_BYTES_MAX);
});

it('the document has no script or style in it, and names files of its own only', () => {
  expect(html).not.toMatch(/<script(?![^>]*\bsrc=)|<style|\son[a-z]+=|\sstyle=|https?:/);
  expect(named().length).toBeGreaterThan(2);
});

it('no schema library and no address of a registry or a machine is in the bundle', () => {
  const text = readdirSync(join(out, 'assets')).map((name) => readFileSync(join(out, 'assets', name), 'utf8')).join('\n');
  expect([/ZodError|_zod/, /\beval\(|new Function\(/, /jsxDEV|fileName:/].filter((pattern) => pattern.test(text))).toEqual([]);
  expect(text.includes(ROOT)).toBe(false);
});
