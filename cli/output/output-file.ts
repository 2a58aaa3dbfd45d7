/** A file of an output folder, before it is written. */
import { createHash } from 'node:crypto';

export interface OutputFile {
  /** Below the output folder, with `/`: `router/nftables/ruleset.nft`. */
  readonly path: string;
  /** In pieces, one after another. */
  readonly content: readonly Uint8Array[];
}

/** Bytes in all pieces. */
export function sizeOf(content: readonly Uint8Array[]): number {
  return content.reduce((sum, piece) => sum + piece.length, 0);
}

/** SHA-256 of all pieces, in hexadecimal digits. */
export function sha256Of(content: readonly Uint8Array[]): string {
  const hash = createHash('sha256');
  for (const piece of content) hash.update(piece);
  return hash.digest('hex');
}
