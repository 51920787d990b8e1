/** What unpacks archives, loaded when one is unpacked: a launch and a replay do, and it would be a tenth of every start of their functions. */
import type { extractArchive } from '../../../adapters/archive-rules/extract.ts';

export const extractLater: typeof extractArchive = async (...given) => (await import('../../../adapters/archive-rules/extract.ts')).extractArchive(...given);
