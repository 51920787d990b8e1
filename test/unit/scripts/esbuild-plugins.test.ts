/** What bundles leave out of the AWS SDK: the same schemas, and only the credentials that a function has. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { build, type Plugin } from 'esbuild';

const ROOT = join(import.meta.dirname, '../../..');
const plugins = createRequire(import.meta.url)(join(ROOT, 'scripts/esbuild-plugins.cjs')) as Plugin[] & { withLiteralKeys(source: string, path: string): string };

async function bundle(contents: string, given: Plugin[]): Promise<string> {
  const { outputFiles } = await build({ stdin: { contents, resolveDir: ROOT }, bundle: true, minify: true, platform: 'node', target: 'node24', format: 'cjs', mainFields: ['module', 'main'], write: false, logLevel: 'error', plugins: given });
  return outputFiles[0]?.text ?? '';
}

describe('schemas with literal keys', () => {
  it('say the same', () => {
    expect(plugins.withLiteralKeys('const _a = "one";\nconst _b = "two \\" x";\nexport var X$ = [0, { [_a]: 1, [_b]: _a }];', 'x')).toBe('const _a = "one";\nconst _b = "two \\" x";\nexport var X$ = [0, { "one": 1, "two \\" x": _a }];');
    expect(() => plugins.withLiteralKeys('export var X$ = { [_a]: 1 };', 'x')).toThrow(/none of its constants/);
  });

  it.each(['client-ec2', 'client-ecs', 'client-elastic-load-balancing-v2', 'client-auto-scaling', 'client-lambda'])('are those of %s', async (client) => {
    const path = join(ROOT, 'node_modules/@aws-sdk', client, 'dist-es/schemas/schemas_0.js');
    const source = readFileSync(path, 'utf8');
    const changed = plugins.withLiteralKeys(source, path);
    expect(changed).not.toMatch(/\[_\w+\]: /);
    // Neither more nor less than the keys: put back, it is the file.
    const constants = new Map([...source.matchAll(/^const (_\w+) = (".*");$/gm)].map(([, name = '', value = '']) => [name, value]));
    const keys = [...source.matchAll(/\[(_\w+)\]: /g)].map(([, name = '']) => constants.get(name));
    expect(changed).toHaveLength(source.length + keys.reduce((sum, value) => sum + (value?.length ?? 0), 0) - [...source.matchAll(/\[(_\w+)\]: /g)].reduce((sum, [, name = '']) => sum + name.length + 2, 0));
  });

  it('let one command of EC2 be less than half of what it was', async () => {
    const one = "import { EC2Client, DescribeInstancesCommand } from '@aws-sdk/client-ec2'; module.exports = { EC2Client, DescribeInstancesCommand };";
    const [before, after] = [await bundle(one, []), await bundle(one, plugins)];
    expect(before.length).toBeGreaterThan(700_000);
    expect(after.length).toBeLessThan(before.length * 0.45);
  });
});

it('credentials are those of the environment, and nothing asks single sign-on or instance metadata for them', async () => {
  const text = await bundle("export { ECSClient } from '@aws-sdk/client-ecs';", plugins);
  expect(text).toContain('AWS_SECRET_ACCESS_KEY');
  for (const other of ['AWS_CONTAINER_CREDENTIALS_RELATIVE_URI', 'sso_start_url', 'AWS_WEB_IDENTITY_TOKEN_FILE']) expect(text).not.toContain(other);
});
