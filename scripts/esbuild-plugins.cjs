/** What the bundles of functions leave out of the AWS SDK. serverless-esbuild reads plugins as CommonJS. */
const { readFile } = require('node:fs/promises');

const SCHEMAS = /[\\/]@aws-sdk[\\/](?:client-[a-z0-9-]+|nested-clients)[\\/]dist-es[\\/].*schemas[\\/]schemas_0\.js$/;

/** @returns the same module with literal keys. @throws where a key is no constant of the file: the SDK has changed then */
function withLiteralKeys(source, path) {
  const constants = new Map([...source.matchAll(/^const (_\w+) = ("(?:[^"\\]|\\.)*");$/gm)].map(([, name, value]) => [name, value]));
  return source.replace(/\[(_\w+)\]: /g, (_all, name) => {
    const value = constants.get(name);
    if (value === undefined) throw new Error(`${path} has the key [${name}], which is none of its constants. Look at scripts/esbuild-plugins.cjs.`);
    return `${value}: `;
  });
}

/**
 * Lets the bundler drop what a function does not use of a client. The SDK writes its schemas with computed keys (`[_eQN]: _x`), which count as
 * code that could do something, so one command keeps all schemas of its service: half a megabyte for EC2. The keys are constants of the
 * same file; written out, they are plain literals.
 */
const awsSchemas = {
  name: 'aws-schemas',
  setup: (build) => build.onLoad({ filter: SCHEMAS }, async ({ path }) => ({ contents: withLiteralKeys(await readFile(path, 'utf8'), path), loader: 'js' })),
};

/**
 * A function's credentials are in its environment. The SDK's default also looks in files, at single sign-on, web identities and instance
 * metadata, which is 100 KB of other services' clients.
 */
const functionCredentials = {
  name: 'function-credentials',
  setup: (build) => {
    build.onResolve({ filter: /^@aws-sdk\/credential-provider-node$/ }, ({ resolveDir }) => ({ path: 'function-credentials', namespace: 'function-credentials', pluginData: { resolveDir } }));
    build.onLoad({ filter: /.*/, namespace: 'function-credentials' }, ({ pluginData }) => ({ contents: "export { fromEnv as defaultProvider } from '@aws-sdk/credential-provider-env';", resolveDir: pluginData.resolveDir, loader: 'js' }));
  },
};

module.exports = [awsSchemas, functionCredentials];
module.exports.withLiteralKeys = withLiteralKeys;
