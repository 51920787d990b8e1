/** The arrows between folders, what a layer may reach, sizes and names: read from the sources by a parser. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join, normalize, relative } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { parseSync } from '@swc/core';
import { TARGET_KINDS } from '../src/targets/registry.ts';

const ROOT = join(import.meta.dirname, '..');
const LINES_MAX = 300;
const LINES_MEDIAN_MAX = 130;

type Node = { readonly type: string } & Readonly<Record<string, unknown>>;

interface Source {
  readonly path: string;
  readonly lines: number;
  readonly nodes: readonly Node[];
  /** Specifiers as they are written, of imports, re-exports and dynamic imports. */
  readonly imports: readonly string[];
}

const filesUnder = (folder: string): string[] =>
  readdirSync(join(ROOT, folder), { withFileTypes: true, recursive: true }).filter((entry) => entry.isFile() && entry.name.endsWith('.ts')).map((entry) => relative(ROOT, join(entry.parentPath, entry.name)));

const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string';

/** Every node of a tree, the tree itself first. */
function nodesOf(value: unknown): Node[] {
  if (Array.isArray(value)) return value.flatMap(nodesOf);
  if (typeof value !== 'object' || value === null) return [];
  return [...(isNode(value) ? [value] : []), ...Object.values(value).flatMap(nodesOf)];
}

const textOf = (value: unknown): string | undefined => (isNode(value) && value.type === 'StringLiteral' ? String(value['value']) : undefined);

function importsOf(nodes: readonly Node[]): string[] {
  return nodes.flatMap((node) => {
    if (['ImportDeclaration', 'ExportNamedDeclaration', 'ExportAllDeclaration'].includes(node.type)) return textOf(node['source']) ?? [];
    const callee = node['callee'];
    if (node.type !== 'CallExpression' || !isNode(callee) || callee.type !== 'Import') return [];
    return textOf((node['arguments'] as { expression: unknown }[])[0]?.expression) ?? '(computed)';
  });
}

function sourceOf(path: string): Source {
  const text = readFileSync(join(ROOT, path), 'utf8');
  const nodes = nodesOf(parseSync(text, { syntax: 'typescript', target: 'es2024' }));
  return { path, lines: text.split('\n').length - 1, nodes, imports: importsOf(nodes) };
}

const sources = [...filesUnder('src'), ...filesUnder('functions')].map(sourceOf);

/** The layer that a file belongs to; a target's kind and a platform's adapters are layers of their own. `targets/_aws` is what the kinds on AWS have in common. */
function layerOf(path: string): string {
  const [top, layer, part] = path.split('/');
  if (top === 'functions') return 'functions';
  if (top !== 'src' || layer === undefined) return path;
  if ((layer === 'targets' || layer === 'adapters') && part !== undefined) return `${layer}/${part}`;
  return layer;
}

const CORE = ['domain', 'contracts', 'ports'];
const ADAPTERS = [...CORE, 'comparison', 'adapters/item-store-rules', 'adapters/archive-rules', 'adapters/source-rules'];
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  domain: [],
  contracts: ['domain'],
  ports: ['domain', 'contracts'],
  app: CORE,
  api: ['app', ...CORE],
  'config.ts': ['domain'],
  'adapters/item-store-rules': CORE,
  'adapters/archive-rules': CORE,
  'adapters/source-rules': CORE,
  'adapters/oidc': CORE,
  'adapters/prometheus': CORE,
  'adapters/otlp': CORE,
  'adapters/outgoing': CORE,
  'adapters/slack': CORE,
  'adapters/git-hosts': CORE,
  'adapters/local': ADAPTERS,
  'adapters/aws': ADAPTERS,
  comparison: CORE,
  engine: CORE,
  router: ['comparison', ...CORE],
  cli: ['contracts', 'domain'],
  'targets/registry.ts': ['domain'],
  functions: ['main', 'app', 'contracts', 'domain', 'api'],
  main: ['functions', 'app', 'api', 'config.ts', 'engine', 'router', 'cli', 'adapters/local', 'adapters/aws', 'adapters/archive-rules', 'adapters/oidc', 'adapters/prometheus', 'adapters/otlp', 'adapters/slack', 'adapters/git-hosts', 'adapters/outgoing', 'targets/registry.ts', 'targets/_aws', ...TARGET_KINDS.map((kind) => `targets/${kind}`), ...CORE],
};
const allowedFor = (layer: string): readonly string[] | undefined => ALLOWED[layer] ?? (layer === 'targets/_aws' ? [...CORE, 'comparison'] : layer.startsWith('targets/') ? [...CORE, 'comparison', 'targets/_aws'] : undefined);

/** The file that a relative specifier names; undefined for a package. */
const fileOf = ({ path }: Pick<Source, 'path'>, specifier: string): string | undefined => (specifier.startsWith('.') ? normalize(join(dirname(path), specifier)) : undefined);

/** What is wrong with one import, if anything is. */
function wrongArrow(source: Pick<Source, 'path'>, specifier: string): string | undefined {
  // The user's own module is known only when it runs.
  if (specifier === '(computed)') return source.path === 'src/adapters/local/own-targets/module.ts' ? undefined : 'imports a computed name';
  const target = specifier.startsWith('#') ? 'src/main/platform.ts' : fileOf(source, specifier);
  if (target === undefined) return undefined;
  const [from, to] = [layerOf(source.path), layerOf(target)];
  return from === to || (allowedFor(from) ?? []).includes(to) ? undefined : `${from} may not import ${to} (${specifier})`;
}

const breaches = (of: (source: Source) => readonly string[]): string[] => sources.flatMap((source) => of(source).map((what) => `${source.path}: ${what}`));
const inPure = (source: Source): boolean => ['domain', 'app'].includes(layerOf(source.path));

describe('arrows', () => {
  it('reads imports of every form', () => {
    const nodes = nodesOf(parseSync("import a from 'a'; import 'b'; export * from 'c'; export { d } from 'd'; import type { E } from 'e'; const f = await import('f'); const g = await import(a);", { syntax: 'typescript', target: 'es2024' }));
    expect(importsOf(nodes)).toEqual(['a', 'b', 'c', 'd', 'e', 'f', '(computed)']);
  });

  it('every file belongs to a layer with rules', () => {
    expect(breaches(({ path }) => (allowedFor(layerOf(path)) === undefined ? [`no rule for the layer ${layerOf(path)}`] : []))).toEqual([]);
  });

  it.each([
    ['src/domain/plan.ts', '../app/plan.ts'], ['src/ports/index.ts', '../app/plan.ts'], ['src/app/plan.ts', '../adapters/local/random-ids.ts'], ['src/app/plan.ts', '../main/aws.ts'], ['src/app/plan.ts', '#platform'], ['src/app/plan.ts', '#parts/metrics'],
    ['src/app/plan.ts', '../config.ts'], ['src/adapters/aws/a.ts', '../local/b.ts'], ['src/engine/engine.ts', '../app/plan.ts'], ['src/cli/client.ts', '../main/home.ts'], ['src/targets/process/index.ts', '../_template/index.ts'], ['src/targets/_aws/guard.ts', '../process/index.ts'],
    ['functions/plan.ts', '../src/adapters/aws/b.ts'], ['functions/targets/process.ts', '../../src/targets/process/index.ts'], ['src/domain/a.ts', '(computed)'],
  ])('%s may not import %s', (path, specifier) => {
    expect(wrongArrow({ path }, specifier)).toBeDefined();
  });

  it('each layer imports only what it may', () => {
    expect(sources.length).toBeGreaterThan(100);
    expect(breaches((source) => source.imports.flatMap((specifier) => wrongArrow(source, specifier) ?? []))).toEqual([]);
  });

  it('imports name files that are there, with their ending', () => {
    expect(breaches((source) => source.imports.flatMap((specifier) => {
      const target = fileOf(source, specifier);
      return target === undefined || statSync(join(ROOT, target), { throwIfNoEntry: false })?.isFile() === true ? [] : [`${specifier} is not there`];
    }))).toEqual([]);
  });
});

describe('the console', () => {
  const files = readdirSync(join(ROOT, 'console/src'), { withFileTypes: true, recursive: true }).filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name)).map((entry) => relative(ROOT, join(entry.parentPath, entry.name)));
  const read = (path: string) => {
    const text = readFileSync(join(ROOT, path), 'utf8');
    return { path, lines: text.split('\n').length - 1, nodes: nodesOf(parseSync(text, { syntax: 'typescript', tsx: path.endsWith('.tsx'), target: 'es2024' })) };
  };
  const parsed = files.map(read);

  it('takes of the rest the contracts only, and of these nothing but types: no schema comes into the bundle', () => {
    const wrong = parsed.flatMap(({ path, nodes }) => nodes.filter((node) => node.type === 'ImportDeclaration' || node.type === 'ExportNamedDeclaration' || node.type === 'ExportAllDeclaration').flatMap((node) => {
      const specifier = textOf(node['source']);
      const target = specifier === undefined ? undefined : fileOf({ path }, specifier);
      if (target === undefined || target.startsWith('console/src/')) return specifier === 'zod' && node['typeOnly'] !== true ? [`${path} imports zod itself`] : [];
      return target.startsWith('src/contracts/') && node['typeOnly'] === true ? [] : [`${path} may not import ${specifier ?? ''}`];
    }));
    expect(parsed.length).toBeGreaterThan(20);
    expect(wrong).toEqual([]);
  });

  it(`has no file of more than ${LINES_MAX} lines, and half of them have fewer than ${LINES_MEDIAN_MAX}`, () => {
    expect(parsed.filter(({ lines }) => lines > LINES_MAX).map(({ path }) => path)).toEqual([]);
    const lengths = parsed.map(({ lines }) => lines).sort((a, b) => a - b);
    expect(lengths[Math.floor(lengths.length / 2)]).toBeLessThan(LINES_MEDIAN_MAX);
  });
});

describe('what is handed in, and never taken', () => {
  const isNamed = (node: unknown, name: string): boolean => isNode(node) && node.type === 'Identifier' && node['value'] === name;
  const member = (node: Node): string => (node.type === 'MemberExpression' && isNode(node['object']) && node['object'].type === 'Identifier' && isNode(node['property']) ? `${String(node['object']['value'])}.${String(node['property']['value'])}` : '');
  const GLOBALS = ['process', 'globalThis', 'performance', 'Deno', 'Bun'];
  const CALLS = ['fetch', 'setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask'];

  const impurities = (source: Source): string[] => source.nodes.flatMap((node) => {
    const named = member(node);
    if (['Date.now', 'Math.random', 'crypto.randomUUID', 'crypto.getRandomValues'].includes(named)) return [named];
    if (named !== '' && GLOBALS.includes(named.split('.')[0] ?? '')) return [named];
    if (node.type === 'CallExpression' && CALLS.some((name) => isNamed(node['callee'], name))) return CALLS.filter((name) => isNamed(node['callee'], name));
    if (node.type === 'CallExpression' && isNamed(node['callee'], 'Date')) return ['Date()'];
    if (node.type === 'NewExpression' && isNamed(node['callee'], 'Date') && ((node['arguments'] as unknown[] | null | undefined) ?? []).length === 0) return ['new Date()'];
    return [];
  });

  it('sees time, chance, the environment and the network', () => {
    const nodes = nodesOf(parseSync('Date.now(); Math.random(); new Date(); new Date(5); process.env.A; fetch("x"); setTimeout(f, 1); const process2 = { process: 1 };', { syntax: 'typescript', target: 'es2024' }));
    expect(impurities({ path: '', lines: 1, nodes, imports: [] })).toEqual(['Date.now', 'Math.random', 'new Date()', 'process.env', 'fetch', 'setTimeout']);
  });

  it('domain and use cases read no time, chance, environment or network', () => {
    expect(breaches((source) => (inPure(source) ? impurities(source) : []))).toEqual([]);
  });

  it('domain and use cases use no package but zod, and of Node only hashes', () => {
    expect(breaches((source) => (inPure(source) ? source.imports.filter((specifier) => !specifier.startsWith('.') && !['zod', 'node:crypto'].includes(specifier)) : []))).toEqual([]);
    const random = /^(?:random|generate|webcrypto|getRandom)/;
    expect(breaches((source) => (inPure(source) ? source.nodes.filter((node) => node.type === 'ImportDeclaration' && textOf(node['source']) === 'node:crypto')
      .flatMap((node) => (node['specifiers'] as { local: { value: string } }[]).map(({ local }) => local.value)).filter((name) => random.test(name)) : []))).toEqual([]);
  });

  it('only src/config.ts reads the environment', () => {
    const readers = sources.filter((source) => source.nodes.some((node) => member(node) === 'process.env'));
    expect(readers.map(({ path }) => path)).toEqual(['src/config.ts']);
  });
});

describe('sizes and names', () => {
  it(`no file has more than ${LINES_MAX} lines, and half of them fewer than ${LINES_MEDIAN_MAX}`, () => {
    expect(breaches(({ lines }) => (lines > LINES_MAX ? [`${lines} lines`] : []))).toEqual([]);
    const lengths = sources.map(({ lines }) => lines).sort((a, b) => a - b);
    expect(lengths[Math.floor(lengths.length / 2)]).toBeLessThan(LINES_MEDIAN_MAX);
  });

  it('names say what a file or folder is about', () => {
    const empty = /^(?:utils?|helpers?|common|managers?|misc|shared)$/;
    expect(sources.map(({ path }) => path).filter((path) => path.split('/').some((part) => empty.test(basename(part, '.ts'))))).toEqual([]);
  });

  it('the registry of targets is their folders', () => {
    const folders = readdirSync(join(ROOT, 'src/targets'), { withFileTypes: true }).filter((entry) => entry.isDirectory() && !entry.name.startsWith('_')).map(({ name }) => name);
    expect(folders.sort()).toEqual([...TARGET_KINDS].sort());
  });
});
