/** `policy.conf`: what the loader reads, a setting a line, a word and its values. */
import type { BucketTable, KeptMemory, XdpInterface } from '../tree.ts';
import { oneLine } from '../../../compiler/artifacts/one-line.ts';
import { ruleText } from './rule-list.ts';
import { filtersOf, hasZones, type Naming, type ProgramParts } from './program.ts';

export function settingsText(parts: ProgramParts, { policy, build }: Naming): string {
  const { program } = parts;
  const lines = [
    `# For sluice-load: where the program of ${oneLine(policy)} runs, and what its counters are called.`,
    `target ${program.target}`,
    `build ${build}`,
    ...program.interfaces.map(({ name, generic }) => `interface ${name} ${generic ? 'generic' : 'native'}`),
    ...(readsTags(parts) ? ['tags'] : []),
    ...(hasZones(parts) ? program.interfaces.flatMap(zoneLines) : []),
    ...program.bucketTables.flatMap(bucketLines),
    ...program.memories.map(memoryLine),
    ...filtersOf(program).map((way) => `filter ${way}`),
    ...program.balancing.memories.map(({ name, flows }) => `flows ${name} ${flows}`),
    ...program.balancing.services.map(({ name }) => `service ${name}`),
    ...program.counters.map((name) => `counter ${oneLine(name)}`),
  ];
  return `${lines.join('\n')}\n`;
}

/** `buckets drop_udp_53_4 65536`, with the rule that they are of. */
export function bucketLines({ name, keys, origin }: BucketTable, at: number, tables: readonly BucketTable[]): string[] {
  const line = `buckets ${name} ${keys}`;
  return tables[at - 1]?.origin === origin ? [line] : [`# ${ruleText(origin)}`, line];
}

/** `memory 0 1 3600000000000 banned`: its tables, nanoseconds (0: until it is forgotten), and its name. */
function memoryLine({ name, tables, lasts = 0n }: KeptMemory): string {
  return `memory ${tables.map((table) => table ?? -1).join(' ')} ${lasts} ${oneLine(name)}`;
}

/** Whether the program must see VLAN tags. */
function readsTags({ program, fields, conditions }: ProgramParts): boolean {
  const byZone = program.interfaces.some(({ untagged, byVlan }) => byVlan.some((zone) => zone !== untagged));
  return byZone || conditions.reads('vlan') || fields.some(({ table }) => table.field === 'vlan');
}

/** `zone eth0 untagged 1`, `zone eth0 100-199 2` */
function zoneLines({ name, untagged, byVlan }: XdpInterface): string[] {
  const lines = untagged > 0 ? [`zone ${name} untagged ${untagged}`] : [];
  for (let from = 0; from < byVlan.length;) {
    let to = from;
    while (to + 1 < byVlan.length && byVlan[to + 1] === byVlan[from]) to++;
    if (byVlan[from]! > 0) lines.push(`zone ${name} ${from}-${to} ${byVlan[from]}`);
    from = to + 1;
  }
  return lines;
}
