/** The API's own description, made once. */
import { openapiDocument } from '../contracts/api/openapi.ts';

let text: string | undefined;

export const OPENAPI = (): string => (text ??= JSON.stringify(openapiDocument()));
