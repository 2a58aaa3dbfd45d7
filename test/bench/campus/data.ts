/** The campus at any size: its tables, made by the generator beside the checkout, and the policy of the example on them. */
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const shared = process.env['SLUICE_SHARED'] ?? fileURLToPath(new URL('../../../../shared', import.meta.url));
const generator = join(shared, 'tools/campus.py');
const command = fileURLToPath(new URL('../../../dist/bin/sluice.js', import.meta.url));
const example = fileURLToPath(new URL('../../../examples/campus-isp', import.meta.url));

/** Members of the real campus: 1.6 million rules. */
export const FULL_SIZE = 5300;

/** Why there is no campus on this machine; undefined: there is one. */
export function whyNoCampus(): string | undefined {
  return existsSync(generator) ? undefined : `no campus generator at ${generator}: set SLUICE_SHARED`;
}

export interface Campus {
  /** A copy of the example with tables of this size: `policy.sluice`, `data/*.csv`. */
  readonly folder: string;
  readonly policy: string;
  /** The same policy as iptables rules. */
  readonly iptables: string;
  readonly devices: readonly { readonly member: number; readonly address: string }[];
  /** Public address of each member, by id. */
  readonly publicOf: ReadonlyMap<number, string>;
  readonly remove: () => void;
}

export function makeCampus(members: number): Campus {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-campus-'));
  cpSync(example, folder, { recursive: true, filter: (path) => !path.endsWith('.csv') });
  mkdirSync(join(folder, 'data'), { recursive: true });
  const data = join(folder, 'data');
  generateRules(data, members);
  const rows = (name: string) => readFileSync(join(data, name), 'utf8').trim().split('\n').slice(1);
  return {
    folder,
    policy: join(folder, 'policy.sluice'),
    iptables: join(data, 'rules.save'),
    devices: rows('devices.csv').map((row) => {
      const [member, address] = row.split(',');
      return { member: Number(member), address: address! };
    }),
    publicOf: new Map(
      rows('members.csv').map((row) => {
        const [id, , , address] = row.split(',');
        return [Number(id), address!];
      }),
    ),
    remove: () => rmSync(folder, { recursive: true }),
  };
}

/** Writes the tables of a campus and its iptables rules into a folder; gives the path of the rules. */
export function generateRules(folder: string, members: number, flags: readonly string[] = []): string {
  const words = [generator, folder, '--members', String(members), ...flags];
  execFileSync('python3', words, { stdio: ['ignore', 'ignore', 'inherit'] });
  return join(folder, 'rules.save');
}

/** Both shapers, for `without`: what iptables has nothing to hold against. */
export const SHAPERS = ['shape', 'shape'] as const;

/** The campus's rule set as the command compiles it; `without` are blocks to leave out. */
export function compileCampus(campus: Campus, without: readonly string[]): string {
  let policy = readFileSync(campus.policy, 'utf8').replaceAll(/^expect \{[^]*?^\}/gm, '');
  for (const block of without) policy = policy.replace(new RegExp(`^${block}\\b[^]*?^\\}`, 'm'), '');
  const file = join(campus.folder, `without-${without.join('-').replaceAll(' ', '-') || 'nothing'}.sluice`);
  const output = `${file}.out`;
  writeFileSync(file, policy);
  execFileSync(process.execPath, [command, 'compile', file, '-o', output], { stdio: ['ignore', 'ignore', 'inherit'] });
  return readFileSync(join(output, 'router/nftables/ruleset.nft'), 'utf8');
}
