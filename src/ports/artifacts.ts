/** Artifacts by digest. Adapters: a folder (one machine), S3. */
import type { Digest } from '../domain/ids.ts';

export interface ArtifactStore {
  /** Stores a file's bytes under the sha256 of them. Storing the same bytes again changes nothing. */
  put(path: string): Promise<{ digest: Digest; bytes: number }>;
  has(digest: Digest): Promise<boolean>;
  /**
   * Unpacks a stored archive into an empty folder, after checking its digest.
   * @throws NotFound, ArtifactRefused (content does not fit the digest, a path outside the folder, a device, a link to the outside)
   */
  unpack(digest: Digest, directory: string): Promise<void>;
  /** A stored file's bytes as they are, at most `limitBytes` from the end: for logs. */
  tail(digest: Digest, limitBytes: number): Promise<string>;
}

/** Single files of artifacts, for whoever needs no more of them. */
export interface ArtifactFiles {
  /** Undefined where the artifact has no such file, or is none of the store's. @throws InvalidInput for a link that leads out, or more than `limitBytes` */
  text(digest: Digest, path: string, limitBytes: number): Promise<string | undefined>;
}
