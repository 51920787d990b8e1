/**
 * Functions make no JSON Schema: the API's document is the one that is in schemas/, and tests hold it equal to the operations. What zod makes
 * JSON Schema with would be in every bundle, as each kind of schema knows how it is written.
 */
const { readFile } = require('node:fs/promises');
const { join } = require('node:path');
const { brotliCompressSync } = require('node:zlib');

const ROOT = join(__dirname, '../..');
const MAKERS = /[\\/]zod[\\/]v4[\\/]core[\\/](?:json-schema-processors|to-json-schema)\.js$/;
const DOCUMENT = join(ROOT, 'src/api/document.ts');

/** What a module exports, each failing when it is called. `create...Method` is called for every schema that is asked for its standard form, and only makes a function. */
function withoutWork(source, path) {
  const names = [...source.matchAll(/^export (?:const|function) (\w+)/gm)].map(([, name]) => name);
  if (names.length === 0) throw new Error(`${path} exports no function. Look at scripts/bundling/json-schemas.cjs.`);
  return `const absent = () => { throw new Error('Functions are packaged without what makes JSON Schema. Look at scripts/bundling/json-schemas.cjs.'); };\n${names.map((name) => `export const ${name} = ${/^create\w+Method$/.test(name) ? '() => absent' : 'absent'};`).join('\n')}\n`;
}

const noJsonSchemas = {
  name: 'no-json-schemas',
  setup: (build) => {
    build.onLoad({ filter: MAKERS }, async ({ path }) => ({ contents: withoutWork(await readFile(path, 'utf8'), path), loader: 'js' }));
    build.onLoad({ filter: /[\\/]src[\\/]contracts[\\/]api[\\/]openapi\.ts$/ }, ({ path }) => ({ errors: [{ text: `${path} makes JSON Schema, and functions are packaged without what makes it. Import what is needed from another file.` }] }));
  },
};

/** The document in a bundle, as it is served. */
const writtenDocument = {
  name: 'written-document',
  setup: (build) => build.onLoad({ filter: /[\\/]src[\\/]api[\\/]document\.ts$/ }, async ({ path }) => {
    if (path !== DOCUMENT) return undefined;
    const file = join(ROOT, 'schemas/openapi.json');
    const packed = brotliCompressSync(JSON.stringify(JSON.parse(await readFile(file, 'utf8')))).toString('base64');
    return {
      contents: `import { brotliDecompressSync } from 'node:zlib';\nlet text;\nexport const OPENAPI = () => (text ??= brotliDecompressSync(Buffer.from('${packed}', 'base64')).toString('utf8'));\n`,
      loader: 'js', resolveDir: ROOT, watchFiles: [file],
    };
  }),
};

module.exports = { noJsonSchemas, writtenDocument };
