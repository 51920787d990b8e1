/** ETags (RFC 9110): strong, made of what is answered. */
import { createHash } from 'node:crypto';

/** Of a text, or of a document by its canonical JSON. */
export const tagOf = (text: string): string => `"${createHash('sha256').update(text).digest('base64url').slice(0, 22)}"`;

/** The tags of an If-Match or If-None-Match header. A proxy that compresses marks a tag as weak; for `If-None-Match` that is the same. */
export const etagsOf = (header: string): readonly string[] => header.split(',').map((tag) => tag.trim()).filter((tag) => tag !== '');

export const someMatch = (header: string, etag: string): boolean => header.trim() === '*' || etagsOf(header).some((tag) => tag.replace(/^W\//, '') === etag);
