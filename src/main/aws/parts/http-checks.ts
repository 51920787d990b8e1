/** Checks over HTTP; their client is large, and only one function checks. */
import { createHttpChecks } from '../../../adapters/local/http-checks.ts';
import type { Part } from '../../platform.ts';

export const httpChecks: Part<'httpChecks'> = async () => ({
  run: async (baseUrl, check, timeoutSeconds) => {
    const checks = createHttpChecks();
    try {
      return await checks.run(baseUrl, check, timeoutSeconds);
    } finally {
      await checks.close();
    }
  },
});
