/**
 * Bundles functions as serverless.yml says, one file each: node scripts/bundle-functions.ts <folder> [name...]
 * A name is that of a folder in events/; without any, all of them. `npx serverless package` makes the same files and zips them.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { build, type Plugin } from 'esbuild';
import { parse } from 'yaml';

const ROOT = join(import.meta.dirname, '..');
const [folder, ...names] = process.argv.slice(2);
if (folder === undefined) {
  console.error('Say where to: node scripts/bundle-functions.ts <folder> [name...]');
  process.exit(2);
}

interface Packaging {
  readonly functions: Readonly<Record<string, { readonly handler: string }>>;
  readonly custom: { readonly esbuild: { readonly bundle: boolean; readonly minify: boolean; readonly keepNames: boolean; readonly target: string; readonly format: 'cjs'; readonly outputFileExtension: string; readonly mainFields: string[]; readonly legalComments: 'none'; readonly plugins: string } };
}
const { functions, custom } = parse(readFileSync(join(ROOT, 'serverless.yml'), 'utf8'), { logLevel: 'silent' }) as Packaging;
const { bundle, minify, keepNames, target, format, outputFileExtension, mainFields, legalComments, plugins } = custom.esbuild;
const unknown = names.filter((name) => !Object.hasOwn(functions, name));
if (unknown.length > 0) {
  console.error(`There is no function ${unknown.join(', ')}. Functions: ${Object.keys(functions).join(', ')}`);
  process.exit(2);
}

const list = createRequire(import.meta.url)(join(ROOT, plugins)) as Plugin[];
for (const name of names.length === 0 ? Object.keys(functions) : names) {
  const entry = join(ROOT, (functions[name]?.handler ?? '').replace(/\.handler$/, '.ts'));
  await build({ entryPoints: [entry], outfile: join(resolve(folder), `${name}${outputFileExtension}`), absWorkingDir: ROOT, bundle, minify, keepNames, target, format, mainFields, legalComments, platform: 'node', plugins: list, logLevel: 'warning' });
}
