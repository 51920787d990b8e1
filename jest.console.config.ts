import type { Config } from 'jest';
import base from './jest.config.ts';

/** The console in a real browser, against a real installation. `npm run test:console` sees to the browser. */
const config: Config = { ...base, roots: ['<rootDir>/test/console'], testPathIgnorePatterns: [], testTimeout: 60_000 };

export default config;
