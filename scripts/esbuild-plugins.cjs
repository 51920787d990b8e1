/** What is changed and left out in the bundles of functions, so that they are small and start fast. serverless-esbuild reads plugins as CommonJS. */
const { awsSchemas, noEventStreams, plainCommands } = require('./bundling/aws-sdk.cjs');
const { noJsonSchemas, writtenDocument } = require('./bundling/json-schemas.cjs');
const { lazySchemas } = require('./bundling/lazy-schemas.cjs');
const { yamlModules } = require('./bundling/yaml-modules.cjs');

module.exports = [writtenDocument, noJsonSchemas, lazySchemas, awsSchemas, noEventStreams, plainCommands, yamlModules];
