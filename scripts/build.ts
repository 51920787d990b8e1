/** Bundles the programs of one machine into dist/: fast to start, small in memory. */
import { createRequire } from 'node:module';
import { build, type Plugin } from 'esbuild';

const { lazySchemas } = createRequire(import.meta.url)('./bundling/lazy-schemas.cjs') as { lazySchemas: Plugin };

const entries = { cli: 'src/main/cli.ts', supervisor: 'src/main/entry/supervisor.ts', 'control-plane': 'src/main/entry/control-plane.ts', router: 'src/main/entry/router.ts', 'mirror-thread': 'src/router/mirror/mirror-thread.ts', replay: 'src/main/entry/replay.ts' };

await build({
  entryPoints: entries,
  outdir: 'dist',
  outExtension: { '.js': '.mjs' },
  bundle: true,
  minify: true,
  keepNames: true,
  platform: 'node',
  target: 'node24',
  format: 'esm',
  // Read only by `slipway target test --function`, from node_modules.
  external: ['@aws-sdk/*'],
  conditions: ['slipway-local'],
  mainFields: ['module', 'main'],
  banner: { js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);" },
  // The same as in the functions, so that what runs here says that it runs there.
  plugins: [lazySchemas],
  logLevel: 'warning',
});
