import type { Config } from 'jest';

/** Tests are native ES modules, transformed by swc; the local platform is chosen by the same import condition as in `slipway up`. */
const config: Config = {
  testEnvironment: 'node',
  testEnvironmentOptions: { customExportConditions: ['node', 'node-addons', 'slipway-local'] },
  roots: ['<rootDir>/test'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '^.+\\.ts$': ['@swc/jest', { jsc: { parser: { syntax: 'typescript' }, target: 'es2024' }, module: { type: 'es6' } }] },
  testPathIgnorePatterns: ['/test/aws/', '/test/bench/', '/test/console/'],
  setupFilesAfterEnv: ['<rootDir>/test/property-seed.ts'],
  testMatch: ['**/*.test.ts'],
  testTimeout: 20_000,
};

export default config;
