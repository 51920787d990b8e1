/** One JSON line per happening, on stderr, which the supervisor keeps in a file. */
import type { Platform } from './platform.ts';

export const lineLog = (part: string): Platform['log'] => (level, message, details) => {
  process.stderr.write(`${JSON.stringify({ at: new Date().toISOString(), level, part, message, ...details })}\n`);
};
