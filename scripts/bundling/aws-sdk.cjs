/** What bundles leave out of the AWS SDK's clients. */
const { readFile } = require('node:fs/promises');

const SCHEMAS = /[\\/]@aws-sdk[\\/](?:client-[a-z0-9-]+|nested-clients)[\\/]dist-es[\\/].*schemas[\\/]schemas_0\.js$/;

/** @returns the same module with literal keys. @throws where a key is no constant of the file: the SDK has changed then */
function withLiteralKeys(source, path) {
  const constants = new Map([...source.matchAll(/^const (_\w+) = ("(?:[^"\\]|\\.)*");$/gm)].map(([, name, value]) => [name, value]));
  return source.replace(/\[(_\w+)\]: /g, (_all, name) => {
    const value = constants.get(name);
    if (value === undefined) throw new Error(`${path} has the key [${name}], which is none of its constants. Look at scripts/bundling/aws-sdk.cjs.`);
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

/** A client is made with this, and asks nothing of it until a command streams events, which none here does. */
const NO_EVENT_STREAMS = `
const absent = () => { throw new Error('Functions are packaged without the SDK\\'s event streams. Look at scripts/bundling/aws-sdk.cjs.'); };
export const eventStreamSerdeProvider = () => ({ serialize: absent, deserialize: absent });
export const resolveEventStreamSerdeConfig = (input) => Object.assign(input, { eventStreamMarshaller: input.eventStreamSerdeProvider(input) });
export const EventStreamSerde = absent;
`;

const noEventStreams = {
  name: 'no-event-streams',
  setup: (build) => {
    build.onResolve({ filter: /^@smithy\/core\/event-streams$/ }, () => ({ path: 'no-event-streams', namespace: 'no-event-streams', sideEffects: false }));
    build.onLoad({ filter: /.*/, namespace: 'no-event-streams' }, () => ({ contents: NO_EVENT_STREAMS, loader: 'js' }));
  },
};

/** A client says its version with each call, for which it holds the whole of its package.json. */
const versionOnly = {
  name: 'version-only',
  setup: (build) => build.onLoad({ filter: /[\\/]@aws-sdk[\\/][a-z0-9-]+[\\/]package\.json$/ }, async ({ path }) => {
    const { name, version } = JSON.parse(await readFile(path, 'utf8'));
    return { contents: JSON.stringify({ name, version }), loader: 'json' };
  }),
};

module.exports = { awsSchemas, functionCredentials, noEventStreams, versionOnly, withLiteralKeys };
