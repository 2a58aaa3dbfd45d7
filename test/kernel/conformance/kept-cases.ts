/** Cases that once failed, each a folder of `test/cases/conformance`: a policy, its data, and the packets. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { PolicyText } from './build.ts';
import type { Script } from './script.ts';

const FOLDER = fileURLToPath(new URL('../../cases/conformance/', import.meta.url));
const POLICY = 'policy.sluice';
const PACKETS = 'packets.json';

export interface KeptCase {
  readonly name: string;
  readonly text: PolicyText;
  readonly script: Script;
}

export function keptCases(): KeptCase[] {
  if (!existsSync(FOLDER)) return [];
  const folders = readdirSync(FOLDER, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return folders.map(({ name }) => readCase(name)).toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

function readCase(name: string): KeptCase {
  const folder = join(FOLDER, name);
  const read = (file: string): string => readFileSync(join(folder, file), 'utf8');
  const data = readdirSync(folder).filter((file) => file !== POLICY && file !== PACKETS);
  const files = Object.fromEntries(data.map((file) => [file, read(file)]));
  return { name, text: { policy: read(POLICY), files }, script: JSON.parse(read(PACKETS)) as Script };
}

/** Writes the case down, to be committed with what mends it; its folder's name. */
export function keepCase({ policy, files }: PolicyText, script: Script): string {
  const name = createHash('sha256').update(policy).update(JSON.stringify(script)).digest('hex').slice(0, 8);
  const folder = join(FOLDER, name);
  mkdirSync(folder, { recursive: true });
  const packets = script.map((step) => `  ${JSON.stringify(step)}`).join(',\n');
  const contents = { ...files, [POLICY]: policy, [PACKETS]: `[\n${packets}\n]\n` };
  for (const [file, content] of Object.entries(contents)) writeFileSync(join(folder, file), content);
  return name;
}
