/**
 * Memory for long bodies: blocks that are used again. The parts of a body that comes slowly would grow old where they are, and V8 looks at
 * what is old only when tens of megabytes more of it have gathered.
 */
const BLOCK_BYTES = 16 * 1024;

export interface HeldBody {
  append(part: Buffer): void;
  /** All of it, in memory of its own. */
  whole(): Buffer;
  /** Gives the blocks back. */
  release(): void;
}

export interface Blocks {
  hold(): HeldBody;
}

/** @param maxBytes of blocks that are kept for the next body */
export function createBlocks(maxBytes: number): Blocks {
  const free: Buffer[] = [];
  const blocksMax = Math.ceil(maxBytes / BLOCK_BYTES);
  return {
    hold: () => {
      let blocks: Buffer[] = [];
      let bytes = 0;
      return {
        append: (part) => {
          for (let taken = 0; taken < part.length;) {
            const at = bytes % BLOCK_BYTES;
            if (at === 0) blocks.push(free.pop() ?? Buffer.allocUnsafeSlow(BLOCK_BYTES));
            const copied = part.copy(blocks.at(-1) as Buffer, at, taken);
            taken += copied;
            bytes += copied;
          }
        },
        whole: () => Buffer.concat(blocks, bytes),
        release: () => {
          free.push(...blocks.slice(0, Math.max(0, blocksMax - free.length)));
          blocks = [];
          bytes = 0;
        },
      };
    },
  };
}
