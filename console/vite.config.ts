/** The console as a static bundle: console/dist, which the control plane serves and S3 can. */
import { defineConfig, type Plugin } from 'vite';
import { OPERATIONS } from '../src/contracts/api/index.ts';
import { ROLE_ACTIONS } from '../src/domain/roles.ts';

const NAME = 'virtual:api';

/**
 * What the console must know of the API when it runs: method and path of each operation, and what each role may. Written into the
 * bundle from the contracts themselves, without their schemas and zod: those are types only in here.
 */
function api(): Plugin {
  return {
    name: 'slipway-api',
    resolveId: (id) => (id === NAME ? `\0${NAME}` : undefined),
    load: (id) => {
      if (id !== `\0${NAME}`) return undefined;
      const operations = Object.fromEntries(OPERATIONS.map(({ id, method, path, action }) => [id, [method, path, action]]));
      return `export const operations = ${JSON.stringify(operations)};\nexport const roleActions = ${JSON.stringify(ROLE_ACTIONS)};`;
    },
  };
}

export default defineConfig({
  root: import.meta.dirname,
  plugins: [api()],
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact', development: false } },
  build: {
    outDir: 'dist', emptyOutDir: true, target: 'es2023', cssMinify: true, sourcemap: false,
    // The policy of the page takes no inline script and no data: font; everything is a file of its own.
    assetsInlineLimit: 0, modulePreload: { polyfill: false }, reportCompressedSize: false,
  },
  server: { proxy: { '/v1': process.env['SLIPWAY_URL'] ?? 'http://127.0.0.1:7420' } },
});
