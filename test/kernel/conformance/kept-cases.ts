/** Cases that once failed, each a folder of `test/cases/conformance`: a policy, its data, how it was built, and the packets. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { BuildOptions, PolicyText } from './build.ts';
import type { Script } from './script.ts';

const FOLDER = fileURLToPath(new URL('../../cases/conformance/', import.meta.url));
const POLICY = 'policy.sluice';
const PACKETS = 'packets.json';
/** Only where it was built with some. */
const OPTIONS = 'options.json';

export interface KeptCase {
  readonly name: string;
  readonly text: PolicyText;
  readonly options: BuildOptions;
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
  const present = readdirSync(folder);
  const data = present.filter((file) => ![POLICY, PACKETS, OPTIONS].includes(file));
  const options = present.includes(OPTIONS) ? (JSON.parse(read(OPTIONS)) as BuildOptions) : {};
  const files = Object.fromEntries(data.map((file) => [file, read(file)]));
  return { name, text: { policy: read(POLICY), files }, options, script: JSON.parse(read(PACKETS)) as Script };
}

/** Writes the case down, to be committed with what mends it; its folder's name. */
export function keepCase({ policy, files }: PolicyText, options: BuildOptions, script: Script): string {
  const name = createHash('sha256').update(policy).update(JSON.stringify(script)).digest('hex').slice(0, 8);
  const folder = join(FOLDER, name);
  mkdirSync(folder, { recursive: true });
  const packets = script.map((step) => `  ${JSON.stringify(step)}`).join(',\n');
  const built = Object.keys(options).length > 0 && { [OPTIONS]: `${JSON.stringify(options)}\n` };
  const contents = { ...files, ...built, [POLICY]: policy, [PACKETS]: `[\n${packets}\n]\n` };
  for (const [file, content] of Object.entries(contents)) writeFileSync(join(folder, file), content);
  return name;
}
