/** Schemas that are made at their first use: which expressions they are, and that they are the same schemas. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { build, type Plugin } from 'esbuild';
import * as z from 'zod';

const ROOT = join(import.meta.dirname, '../../..');
const { lazySchemas, withLazySchemas } = createRequire(import.meta.url)(join(ROOT, 'scripts/bundling/lazy-schemas.cjs')) as { lazySchemas: Plugin; withLazySchemas(code: string): string | undefined };

const MADE = '/* @__PURE__ */ __lazySchema(() => ';
/** The code as it is changed, with `<...>` around what is made later. */
const lazy = (code: string): string => (withLazySchemas(code) ?? code).replace("import { lazySchema as __lazySchema } from 'slipway:lazy-schema';\n", '').replaceAll(MADE, '<');
const zod = "import * as z from 'zod';\n";

describe('what is a schema', () => {
  it.each([
    ['const A = z.string();', 'const A = <z.string());'],
    ['export const A = z.strictObject({ a: z.string().min(1) }).meta({ description: "x" });', 'export const A = <z.strictObject({ a: z.string().min(1) }).meta({ description: "x" }));'],
    ['const A = z.iso.datetime();', 'const A = <z.iso.datetime());'],
    ['const A = z.string(); const B = A.optional();', 'const A = <z.string()); const B = <A.optional());'],
    ['const things = { a: z.string(), b: 1 };', 'const things = { a: <z.string()), b: 1 };'],
    ['const f = operation({ id: "x", answer: z.array(A) });', 'const f = operation({ id: "x", answer: <z.array(A)) });'],
    ['const name = z.string().parse("x");', 'const name = <z.string()).parse("x");'],
    ['const B = Stage.optional();', 'const B = <Stage.optional());'],
    ['const B = Stage.shape.a.optional();', 'const B = <Stage.shape.a.optional());'],
  ])('%s', (code, changed) => {
    expect(lazy(`${zod}import { Stage } from './stage.ts';\n${code}`)).toBe(`${zod}import { Stage } from './stage.ts';\n${changed}`);
  });

  it.each([
    'const names = Stage.options;', 'const name = Stage.parse("x");', 'const a = Stage.shape.a;', 'const f = () => z.string();', 'function f() { return z.string(); }', 'class A { b = z.string(); }',
    'const json = z.toJSONSchema(A);', 'const registry = z.registry();', 'const n = Math.max(1, 2);', 'const a = other.string();', 'const Big = Buffer.from("x").length;', 'const f = z["string"]();', 'const f = z?.string();',
  ])('is none: %s', (code) => {
    expect(withLazySchemas(`${zod}import { Stage } from './stage.ts';\n${code}`)).toBeUndefined();
  });

  it('without zod there is none', () => {
    expect(withLazySchemas("import * as z from 'other'; const A = z.string();")).toBeUndefined();
  });
});

/** A schema's definition, and those of all that it is made of; of functions only that they are there, as bundlers write them differently. */
function described(value: unknown, above: ReadonlySet<unknown> = new Set()): unknown {
  if (typeof value === 'function') return 'function';
  if (value instanceof RegExp) return String(value);
  if (typeof value !== 'object' || value === null) return value;
  const { _zod: internals } = value as { _zod?: { def: object } };
  const def = internals?.def ?? value;
  if (above.has(def)) return 'as above';
  const inside = new Set([...above, def]);
  if (Array.isArray(def)) return def.map((one) => described(one, inside));
  return { ...(internals === undefined ? {} : { meta: z.globalRegistry.get(value as z.ZodType) }), ...Object.fromEntries(Object.entries(def).map(([name, one]) => [name, described(one, inside)])) };
}

type Exports = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

const isSchema = (value: unknown): value is z.ZodType => typeof value === 'object' && value !== null && value instanceof z.ZodType;
const folders = ['src/domain', 'src/contracts'].map((folder) => join(ROOT, folder));
const modules = folders.flatMap((folder) => readdirSync(folder, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile() && entry.name.endsWith('.ts')).map((entry) => join(entry.parentPath, entry.name))
  .filter((path) => readFileSync(path, 'utf8').includes("import * as z from 'zod'"));

describe('the schemas of domain and contracts', () => {
  // Where packages are found from, so that both sides have the same zod.
  const cache = join(ROOT, 'node_modules/.cache');
  let folder: string;
  let bundled: Exports;
  let plain: Exports;

  beforeAll(async () => {
    mkdirSync(cache, { recursive: true });
    folder = mkdtempSync(join(cache, 'lazy-schemas-'));
    const contents = modules.map((path, index) => `export * as m${index} from ${JSON.stringify(path)};`).join('\n');
    const { outputFiles } = await build({ stdin: { contents, resolveDir: ROOT }, bundle: true, platform: 'node', format: 'esm', target: 'node24', packages: 'external', write: false, logLevel: 'error', plugins: [lazySchemas] });
    const file = join(folder, 'bundle.mjs');
    writeFileSync(file, outputFiles[0]?.text ?? '');
    const named = (await import(pathToFileURL(file).href)) as Exports;
    bundled = Object.fromEntries(modules.map((path, index) => [path, named[`m${index}`] ?? {}]));
    plain = Object.fromEntries(await Promise.all(modules.map(async (path) => [path, (await import(pathToFileURL(path).href)) as Exports[string]] as const)));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('are those of the sources, with all that they are made of', () => {
    const schemas = modules.flatMap((path) => Object.entries(plain[path] ?? {}).filter(([, value]) => isSchema(value)).map(([name]) => [path, name] as const));
    expect(schemas.length).toBeGreaterThan(150);
    for (const [path, name] of schemas) {
      const [ours, theirs] = [bundled[path]?.[name], plain[path]?.[name]] as [z.ZodType, z.ZodType];
      const where = `${relative(ROOT, path)} ${name}`;
      expect({ where, schema: isSchema(ours) }).toEqual({ where, schema: true });
      expect({ where, schema: described(ours) }).toEqual({ where, schema: described(theirs) });
      for (const value of [undefined, null, '', 'a-name', 0, {}, []]) expect(ours.safeParse(value).error?.issues).toEqual(theirs.safeParse(value).error?.issues);
    }
  });

  it('are nothing but empty objects until they are asked', async () => {
    const fresh = (await import(`${pathToFileURL(join(folder, 'bundle.mjs')).href}?fresh`)) as Exports;
    const { Manifest } = fresh[`m${modules.indexOf(join(ROOT, 'src/domain/manifest.ts'))}`] ?? {};
    expect(Object.getOwnPropertyNames(Manifest)).toEqual([]);
    expect((Manifest as z.ZodType).safeParse({ service: 'catalog' }).success).toBe(false);
    expect(Object.getOwnPropertyNames(Manifest)).toContain('_zod');
    expect(Object.getPrototypeOf(Manifest)).toBe(z.ZodObject.prototype);
  });
});
