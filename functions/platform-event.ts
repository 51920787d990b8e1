/** Takes an event of the platform (a task that stopped, an instance that went, an alarm) and looks at the place it is about. */
import { platformEvent } from '../src/app/platform-event.ts';
import { PlatformEvent } from '../src/contracts/platform-event.ts';
import { useCaseHandler } from '../src/main/handler.ts';

export const Event = PlatformEvent;
export const handler = useCaseHandler(Event, platformEvent);
