/** What bundles leave out of the AWS SDK: of its clients they have the commands, and of these what they say of their operations. */
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

/** What reads and writes commands asks for this once one streams events, which none here does. */
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

/** What a command is to signed calls (src/adapters/aws/calls/command-clients.ts): its input, and the schema of its operation. The rest of it is for the SDK's own clients. */
const commandsLike = (source) => `
${[...source.matchAll(/^export const (_(?:ep|mw)\d+) = /gm)].map(([, name]) => `export const ${name} = '${name}';`).join('\n')}
export const command = (_endpoint, middleware, name, schema) => class {
  constructor(input) {
    if (middleware !== '_mw0') throw new Error(name + ' does more than its schema says, and functions are packaged without the SDK\\'s middleware. Look at scripts/bundling/aws-sdk.cjs.');
    this.input = input ?? {};
    this.schema = schema;
  }
};
`;

const plainCommands = {
  name: 'plain-commands',
  setup: (build) => build.onLoad({ filter: /[\\/]@aws-sdk[\\/]client-[a-z0-9-]+[\\/]dist-es[\\/]commandBuilder\.js$/ }, async ({ path }) => ({ contents: commandsLike(await readFile(path, 'utf8')), loader: 'js' })),
};

module.exports = { awsSchemas, noEventStreams, plainCommands, withLiteralKeys };
