import type { Config } from 'jest';
import shared from './jest.config.ts';

/** The suites that need an emulated AWS; `npm run test:aws` starts one. They share it, so every test makes names of its own. */
const config: Config = {
  ...shared,
  roots: ['<rootDir>/test/aws'],
  testPathIgnorePatterns: [],
  testTimeout: 60_000,
  // The emulator answers one request at a time.
  maxWorkers: 2,
};

export default config;
