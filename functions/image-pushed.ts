/** Takes the event of an image that was pushed to ECR, and releases its services. */
import { releaseImage } from '../src/app/release-image.ts';
import { EcrEvent, pushedImage } from '../src/contracts/ecr-event.ts';
import { Identity } from '../src/domain/ids.ts';
import type { Admission } from '../src/domain/service.ts';
import { useCaseHandler } from '../src/main/handler.ts';

const BY = Identity.parse('ecr');

export const Event = EcrEvent;
export const handler = useCaseHandler(Event, (needs) => async (event: EcrEvent): Promise<{ admissions: readonly Admission[] }> => {
  const pushed = pushedImage(event);
  return pushed === null ? { admissions: [] } : releaseImage(needs)({ ...pushed, event: event.id, by: BY });
});
