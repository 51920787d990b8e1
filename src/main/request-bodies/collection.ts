/**
 * Collects the parts of bodies that nobody holds any more. Each part is memory outside of V8's heap with a small object in it, and V8 collects
 * those when the small objects fill its young generation, or when 64 MB of such memory have gathered (measured: 70 MB of 64 KiB parts).
 */

/** A collection of the young generation takes about half a millisecond, so it costs less than reading so much did. */
const COLLECT_EVERY_BYTES = 1024 * 1024;

/** Node offers it with `--expose-gc`, which the supervisor starts the control plane with. */
const collectYoung = (): void => globalThis.gc?.({ type: 'minor' });

export interface Collection {
  /** So many bytes of bodies were read, whoever has them now. */
  read(bytes: number): void;
}

export function createCollection(collect: () => void = collectYoung): Collection {
  let bytesRead = 0;
  return {
    read: (bytes) => {
      bytesRead += bytes;
      if (bytesRead < COLLECT_EVERY_BYTES) return;
      bytesRead = 0;
      collect();
    },
  };
}
