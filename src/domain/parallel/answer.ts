/** An answer as it is compared. */

export type AnswerBody =
  | { readonly kind: 'json'; readonly value: unknown }
  /** sha256 of the bytes: what is no JSON, or too long to be read as such, is equal or not. */
  | { readonly kind: 'bytes'; readonly digest: string; readonly length: number };

export type Answer =
  | { readonly kind: 'answer'; readonly status: number; /** Names in lower case. */ readonly headers: Readonly<Record<string, string>>; readonly body: AnswerBody }
  /** No whole answer came: refused, broken, or not in time. */
  | { readonly kind: 'none'; readonly reason: string };
