/** How much an archive may hold, checked before it is written or read. */
export interface ArchiveLimits {
  /** Files, folders and links together. */
  readonly entries: number;
  /** Sum of all file sizes, unpacked; the archive itself may not be larger either. */
  readonly bytes: number;
}

export const ARCHIVE_LIMITS: ArchiveLimits = { entries: 100_000, bytes: 2 * 2 ** 30 };

/** Linux's PATH_MAX; a longer name could be packed but not opened. */
export const PATH_BYTES_MAX = 4096;
