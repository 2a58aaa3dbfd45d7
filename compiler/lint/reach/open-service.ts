import type { ProgramRule, Stage } from '../../4-program/program.ts';
import { IntervalSet } from '../../net/interval-set.ts';
import { outsideZones } from '../outside-zones.ts';
import { oncePerPlace, ownRules } from '../own-rules.ts';
import { addressesAt, asks, isAllow, mayComeBy, servicesOf } from '../rule-atoms.ts';
import type { LintRule } from '../rule.ts';

const TCP = 6;
const UDP = 17;

/** Services that are run for somebody in particular, and that the whole world tries. */
const SENSITIVE: readonly (readonly [protocol: number, port: number, name: string])[] = [
  [TCP, 22, 'ssh'],
  [TCP, 23, 'telnet'],
  [TCP, 135, 'Windows RPC'],
  [UDP, 137, 'NetBIOS'],
  [TCP, 139, 'NetBIOS'],
  [UDP, 161, 'SNMP'],
  [TCP, 445, 'SMB'],
  [TCP, 1433, 'SQL Server'],
  [TCP, 2049, 'NFS'],
  [TCP, 2375, 'Docker'],
  [TCP, 3306, 'MySQL'],
  [TCP, 3389, 'remote desktop'],
  [TCP, 5432, 'PostgreSQL'],
  [TCP, 5900, 'VNC'],
  [TCP, 5985, 'WinRM'],
  [TCP, 6379, 'Redis'],
  [TCP, 6443, 'Kubernetes'],
  [TCP, 8291, 'WinBox'],
  [TCP, 9200, 'Elasticsearch'],
  [UDP, 11211, 'memcached'],
  [TCP, 11211, 'memcached'],
  [TCP, 27017, 'MongoDB'],
];

export const openService: LintRule = {
  code: 'SL1408',
  name: 'open-service',
  group: 'reach',
  severity: 'warning',
  title: 'a service for few that is open to any, on an outside zone',
  finds: `An \`allow\` in \`filter input\` or \`filter forward\` that lets any address of the world reach a service which is there for few:
ssh, remote desktops, file shares, databases and their like. Outside are zones that a source NAT leads out of, that \`mitigate\` is
for, or that are called \`uplink\`, \`wan\`, \`internet\` and so on. A rule with a limit or with a source of its own is left alone.`,
  matters: 'Such services are tried all day, with every password and every hole that was ever published.',
  remedy: 'Say from where: `from admins`; or put a limit on it, `up to 10/minute per source`.',
  bad: `zone uplink = eth0
filter input default drop {
  allow in uplink tcp/22
}
`,
  good: `zone uplink = eth0
let admins = 192.0.2.64/26
filter input default drop {
  allow in uplink from admins tcp/22
}
`,
  *run(context) {
    const zones = outsideZones(context).map(({ name }) => name);
    const open = ownRules(context).filter(({ stage, rule }) => isOpen(stage, rule, zones));
    for (const { rule } of oncePerPlace(open)) {
      const names = sensitiveIn(rule);
      if (names.length === 0) continue;
      const zone = zones.find((name) => mayComeBy(rule, name));
      yield {
        span: rule.origin.span,
        message: `${names.join(', ')} ${names.length === 1 ? 'is' : 'are'} open to any address, in \`${zone}\``,
      };
    }
  },
};

function isOpen({ id }: Stage, rule: ProgramRule, zones: readonly string[]): boolean {
  if (id !== 'filter input' && id !== 'filter forward') return false;
  if (!isAllow(rule) || rule.gates.length > 0 || asks(rule, 'source mac')) return false;
  const isFromAny = ([4, 6] as const).some((family) => addressesAt(rule, 'source', family)?.isFull());
  return (
    isFromAny && zones.some((zone) => mayComeBy(rule, zone)) && !rule.atoms.some(({ test }) => test.kind === 'opaque')
  );
}

function sensitiveIn(rule: ProgramRule): string[] {
  const services = servicesOf(rule);
  if (!services) return [];
  const names = SENSITIVE.filter(([protocol, port]) =>
    services.intersects(IntervalSet.of(24, protocol * 65_536 + port)),
  );
  // Who opens all ports of a protocol names no service.
  return names.length > MOST_NAMED ? [] : [...new Set(names.map(([, , name]) => name))];
}

const MOST_NAMED = 8;
