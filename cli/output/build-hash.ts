/** The name of a build: the same for the same artifacts, whatever they were made from and with, and for nothing else. */
import { createHash } from 'node:crypto';
import type { Artifact } from '../../compiler/plane.ts';
import { sizeOf } from './output-file.ts';

/** SHA-256, in hexadecimal digits, over what a plane made for a target: each file's path, size and content. */
export function buildHash(artifacts: readonly Artifact[]): string {
  const hash = createHash('sha256');
  for (const { path, content } of artifacts) {
    hash.update(`${JSON.stringify([path, sizeOf(content)])}\n`);
    for (const piece of content) hash.update(piece);
  }
  return hash.digest('hex');
}
