/** Takes the yaml package as modules. For Node it comes as CommonJS, of which a bundle holds all; its modules are the same code, of which it holds what is used. (`!!binary` becomes another kind of bytes, which no schema here takes either.) */
const { join } = require('node:path');

const MODULES = join(__dirname, '../../node_modules/yaml/browser/dist/index.js');

const yamlModules = {
  name: 'yaml-modules',
  setup: (build) => build.onResolve({ filter: /^yaml$/ }, () => ({ path: MODULES, sideEffects: false })),
};

module.exports = { yamlModules };
