/** Changes of tables in DPDK's pipeline: it takes them, and then does what the later build says. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { nicBuild, textsOf } from '../builders/nic-deltas.ts';
import { count, seed } from '../sampling.ts';
import { mustCompile } from './compilers.ts';
import { inFolder } from './folder.ts';
import { compareOnSwitch } from './on-switch.ts';
import { describeWithTools, TOOLS, type Architecture } from './tools.ts';

const FRAMES = count(400, 4000);

const STATEFUL = 'filter forward default drop {}';

const policyOf = (blocked: string, rules: string, filters = STATEFUL): string => `zone uplink = eth0
let blocked = ${blocked}
let office = 192.0.2.64/26, 2001:db8:64::/48
mitigate in uplink {
  allow from office
  drop from blocked
  ${rules}
}
${filters}
target edge { default route p4 pna on eth0  nftables }
`;

const MANY = '10.0.0.0/8, 192.0.2.0/24, 198.51.100.7, 2001:db8:bad::/48';
const OTHER = '172.16.0.0/12, 192.0.2.0/24, 198.51.100.9, 2001:db8:bad::/48';
const RULES = 'drop udp/53, udp/123 drop to 203.0.113.0/24 tcp/1000-1999';
const SWAPPED = 'drop to 203.0.113.0/24 tcp/1000-1999 drop udp/53, udp/123';

/** Both filters have as many entries whatever they allow. */
const filtersOf = (allowed: string): string => `filter input stateless default drop { allow ${allowed} }
filter forward stateless default drop { allow from office ${allowed} }`;

const CHANGES = [
  ['a prefix that comes and one that goes', policyOf(MANY, RULES), policyOf(OTHER, RULES)],
  ['rules in another order', policyOf(MANY, RULES), policyOf(MANY, SWAPPED)],
  ['both', policyOf(MANY, RULES), policyOf(OTHER, SWAPPED)],
  [
    'filters that allow something else',
    policyOf(MANY, RULES, filtersOf('udp/500')),
    policyOf(MANY, RULES, filtersOf('udp/4500')),
  ],
] as const;

describeWithTools<Architecture>('pna', `changes in ${TOOLS.pna.join(', ')}`, (tools) => {
  it.each(CHANGES)('%s', async (name, one, other) => {
    const before = nicBuild(one)!;
    const after = nicBuild(other, before.files)!;
    if (after.outcome?.kind !== 'delta') throw new Error(JSON.stringify(after.outcome));
    const changes = textsOf(after.outcome.artifacts);
    const { policy, files } = after;
    const subject = { name, architecture: 'pna', policy, interfaces: ['eth0'], files } as const;
    const seen = await inFolder(async (folder) => {
      await mustCompile(tools, subject, folder);
      for (const [path, content] of [...inFormer(before.files), ...changes]) {
        mkdirSync(dirname(join(folder, path)), { recursive: true });
        writeFileSync(join(folder, path), content);
      }
      const fill = inFormer(before.files).get('former/p4/entries.cli')! + changes.get('p4/delta/delta.cli')!;
      return compareOnSwitch(tools, subject, folder, { seed, frames: FRAMES, fill });
    });
    expect(seen.dropped).toBeGreaterThan(10);
  });
});

/** In a folder of their own, where their commands find them. */
function inFormer(files: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  return new Map(
    [...files].map(([path, text]) => [`former/${path}`, text.replaceAll(' p4/tables/', ' former/p4/tables/')]),
  );
}
