/** @param cut whether bytes came before: then the first character may be cut, and its continuation bytes (10xxxxxx) are left out, three at most */
export function endOfText(bytes: Buffer, cut: boolean): string {
  let start = 0;
  if (cut) while (start < 3 && start < bytes.length && ((bytes[start] ?? 0) & 0xc0) === 0x80) start += 1;
  return bytes.subarray(start).toString('utf8');
}
