/** What bundles leave out: the SDK's schemas are the same, and what is not there says so. Schemas that are made later have a test of their own. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { compileFunction } from 'node:vm';
import { describe, expect, it } from '@jest/globals';
import { build, type Plugin } from 'esbuild';
import * as yaml from 'yaml';

const ROOT = join(import.meta.dirname, '../../..');
const required = createRequire(import.meta.url);
const plugins = required(join(ROOT, 'scripts/esbuild-plugins.cjs')) as Plugin[];
const { withLiteralKeys } = required(join(ROOT, 'scripts/bundling/aws-sdk.cjs')) as { withLiteralKeys(source: string, path: string): string };

async function bundle(contents: string, given: Plugin[]): Promise<string> {
  const { outputFiles } = await build({ stdin: { contents, resolveDir: ROOT }, bundle: true, minify: true, platform: 'node', target: 'node24', format: 'cjs', mainFields: ['module', 'main'], write: false, logLevel: 'silent', plugins: given });
  return outputFiles[0]?.text ?? '';
}

/** What a bundle exports. */
function run(text: string): unknown {
  const module = { exports: {} };
  (compileFunction(text, ['module', 'exports', 'require']) as (...given: unknown[]) => void)(module, module.exports, required);
  return module.exports;
}

describe('schemas with literal keys', () => {
  it('say the same', () => {
    expect(withLiteralKeys('const _a = "one";\nconst _b = "two \\" x";\nexport var X$ = [0, { [_a]: 1, [_b]: _a }];', 'x')).toBe('const _a = "one";\nconst _b = "two \\" x";\nexport var X$ = [0, { "one": 1, "two \\" x": _a }];');
    expect(() => withLiteralKeys('export var X$ = { [_a]: 1 };', 'x')).toThrow(/none of its constants/);
  });

  it.each(['client-ec2', 'client-ecs', 'client-elastic-load-balancing-v2', 'client-auto-scaling', 'client-lambda'])('are those of %s', async (client) => {
    const path = join(ROOT, 'node_modules/@aws-sdk', client, 'dist-es/schemas/schemas_0.js');
    const source = readFileSync(path, 'utf8');
    const changed = withLiteralKeys(source, path);
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

it('what reads answers is packaged without event streams, and says so where one is asked for', async () => {
  const text = await bundle("export { eventStreamSerdeProvider } from '@smithy/core/event-streams';", plugins);
  const { eventStreamSerdeProvider } = run(text) as { eventStreamSerdeProvider(): { serialize(): void } };
  expect(() => eventStreamSerdeProvider().serialize()).toThrow(/without the SDK's event streams/);
});

describe('commands in a bundle', () => {
  const ecs = "export { DescribeServicesCommand } from '@aws-sdk/client-ecs';";
  interface Command { readonly input: unknown; readonly schema: unknown }
  type Commands = Readonly<Record<string, new (input?: object) => Command>>;

  it('have the input and the schema of the SDK\'s, and none of what its clients run them with', async () => {
    const text = await bundle(ecs, plugins);
    const { DescribeServicesCommand: Ours } = run(text) as Commands;
    const { DescribeServicesCommand: Theirs } = required('@aws-sdk/client-ecs') as Commands;
    if (Ours === undefined || Theirs === undefined) throw new Error('a command is missing');
    for (const input of [{ services: ['s'] }, undefined]) {
      const [ours, theirs] = [new Ours(input), new Theirs(input)];
      expect(ours.input).toEqual(theirs.input);
      expect(JSON.stringify(ours.schema)).toBe(JSON.stringify(theirs.schema));
    }
    expect(text.length).toBeLessThan((await bundle(ecs, plugins.filter(({ name }) => name !== 'plain-commands'))).length * 0.6);
  });

  it('are refused where they do more than their schema says', async () => {
    const { CopySnapshotCommand } = run(await bundle("export { CopySnapshotCommand } from '@aws-sdk/client-ec2';", plugins)) as Commands;
    expect(() => CopySnapshotCommand === undefined || new CopySnapshotCommand({})).toThrow(/without the SDK's middleware/);
  });
});

it('zod parses as ever, and fails where it is asked for JSON Schema', async () => {
  const text = await bundle("import * as z from 'zod'; module.exports = { parsed: z.object({ a: z.string().default('x') }).parse({}), json: () => z.toJSONSchema(z.string()), method: () => z.string().toJSONSchema() };", plugins);
  const { parsed, json, method } = run(text) as { parsed: unknown; json(): unknown; method(): unknown };
  expect(parsed).toEqual({ a: 'x' });
  for (const made of [json, method]) expect(made).toThrow(/without what makes JSON Schema/);
});

it('nothing that makes JSON Schema gets into a bundle', async () => {
  await expect(bundle("export { openapiDocument } from './src/contracts/api/openapi.ts';", plugins)).rejects.toThrow(/functions are packaged without what makes it/);
});

it('yaml reads and writes the same', async () => {
  const text = await bundle("export { parseDocument, stringify } from 'yaml';", plugins);
  const ours = run(text) as Pick<typeof yaml, 'parseDocument' | 'stringify'>;
  for (const written of ['a: 1\nb: [x, "y", 0x1F, ~]\n', 'a: &x {b: 1}\nc: *x\n', 'a: |\n  text\n  more\n', '- a\n -b: [', 'a: 1\na: 2\n']) {
    const [one, other] = [ours.parseDocument(written), yaml.parseDocument(written)];
    expect(one.errors.map(({ code, pos }) => ({ code, pos }))).toEqual(other.errors.map(({ code, pos }) => ({ code, pos })));
    if (other.errors.length === 0) expect(ours.stringify(one.toJS())).toBe(yaml.stringify(other.toJS()));
  }
});
