/** Where no collector is named, nothing of what sends spans is loaded, and nobody listens to requests. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';

const ROOT = join(import.meta.dirname, '../../../..');
/** A process that loads all of the control plane, and says which of its files were read and whether requests are listened to. */
const LOADED = `
import { channel } from 'node:diagnostics_channel';
import { registerHooks } from 'node:module';
const files = [];
registerHooks({ load: (url, context, next) => { files.push(url); return next(url, context); } });
await import('./src/main/control-plane.ts');
const isListening = ['undici:request:create', 'http.client.request.created'].some((name) => channel(name).hasSubscribers);
process.stdout.write(JSON.stringify({ files: files.filter((url) => url.includes('/src/')).map((url) => url.replace(/^.*\\/src\\//, '')), isListening }));
`;

it('the control plane', () => {
  const { files, isListening } = JSON.parse(execFileSync(process.execPath, ['--conditions=slipway-local', '--disable-warning=ExperimentalWarning', '--input-type=module', '-e', LOADED], { cwd: ROOT, encoding: 'utf8' })) as { files: string[]; isListening: boolean };
  expect(files).toEqual(expect.arrayContaining(['main/compose.ts', 'main/trace/work.ts', 'engine/engine.ts']));
  expect(files.filter((file) => /^adapters\/(?:otlp|aws\/xray)\/|^main\/trace\/(?:local-tracing|executions|releases)\.ts$|^contracts\/otlp\/spans\.ts$/.test(file))).toEqual([]);
  expect(isListening).toBe(false);
}, 60_000);
