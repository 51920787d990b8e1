/** How notifications leave one machine. */
import { NotSupported } from '../../domain/errors.ts';
import type { Senders } from '../../ports/senders.ts';

/** Topics are of AWS. */
export const noTopics: Senders['publish'] = () => Promise.reject(new NotSupported('There are no topics of SNS on one machine. Use mail here: { kind: email, to: [...] }.'));
