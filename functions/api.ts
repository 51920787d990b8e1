/** The REST API. The same hono app answers in Lambda and in `slipway up`. */
import { HttpEvent } from '../src/contracts/http.ts';
import { apiHandler } from '../src/api/app.ts';
import { httpHandler } from '../src/main/handler.ts';

export const Event = HttpEvent;
export const handler = httpHandler((ports) => apiHandler(ports));
