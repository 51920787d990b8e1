/** Archives that no honest packer would make. */
import { writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { Header, type types } from 'tar';

export interface RawEntry {
  readonly path: string;
  readonly type?: types.EntryTypeName;
  readonly linkpath?: string;
  readonly content?: string | Buffer;
  readonly mode?: number;
}

export function rawTar(entries: readonly RawEntry[]): Buffer {
  const blocks = entries.flatMap(({ path, type = 'File', linkpath, content = '', mode = 0o644 }) => {
    const body = Buffer.from(content);
    const header = Buffer.alloc(512);
    new Header({ path, type, mode, size: body.length, mtime: new Date(0), uid: 0, gid: 0, ...(linkpath === undefined ? {} : { linkpath }) }).encode(header);
    return [header, body, Buffer.alloc((512 - (body.length % 512)) % 512)];
  });
  return gzipSync(Buffer.concat([...blocks, Buffer.alloc(1024)]));
}

export function writeTar(file: string, entries: readonly RawEntry[]): string {
  writeFileSync(file, rawTar(entries));
  return file;
}
