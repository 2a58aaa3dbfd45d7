/** Every architecture that programs are written for. */
import type { NicDescription } from '../targets/index.ts';
import type { Architecture } from './architecture.ts';
import { PNA } from './pna/index.ts';
import { V1MODEL } from './v1model/index.ts';

const ARCHITECTURES: readonly Architecture[] = [V1MODEL, PNA];

export function architectureOf({ architecture }: NicDescription): Architecture {
  const found = ARCHITECTURES.find(({ name }) => name === architecture);
  if (!found) throw new Error(`no programs for ${architecture}`);
  return found;
}
