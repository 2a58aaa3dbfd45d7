/** What a rule asks as keys of tc's `flower` filter, which has a hash table for each mask. */
import type { Family } from '../../compiler/4-program/program.ts';
import { PROTOCOLS_WITH_PORTS, type AddressField } from '../../compiler/model/fields.ts';
import { formatIpv4, formatIpv6 } from '../../compiler/net/address.ts';
import { NoKeys, type AddressPrefix, type Asked, type MaskedByte, type PortRange } from './frame-filters.ts';

/** More filters than this from one rule: it is refused. */
const MOST_FILTERS = 65_536;

const TCP = 6;

/** Protocols whose ports flower finds, by its names for them. */
const WITH_PORTS = new Map([
  [TCP, 'tcp'],
  [17, 'udp'],
  [132, 'sctp'],
]);
const HAVE_PORTS: ReadonlySet<number> = new Set(PROTOCOLS_WITH_PORTS);

const ALL_PORTS = { low: 0, high: 0xffff };

/** Of a fragment, flower sees nothing behind the header of IP. */
const WHOLE = 'ip_flags nofrag';

/** The keys of all filters: `dst_ip 10.0.7.0/24`. Throws `NoKeys` where flower cannot ask it, or not in so many filters. */
export function flowerKeys(asked: Asked, family: Family): readonly string[] {
  const { addresses, dscp, ttl } = asked;
  return product([
    ...[...addresses].map(([field, prefixes]) => prefixes.map((prefix) => addressKey(field, family, prefix))),
    transportKeys(asked),
    bitKeys('ip_tos', dscp),
    bitKeys('ip_ttl', ttl),
  ]);
}

function addressKey(field: AddressField, family: Family, { value, length }: AddressPrefix): string {
  const address = family === 4 ? formatIpv4(Number(value)) : formatIpv6(value);
  return `${field === 'source' ? 'src' : 'dst'}_ip ${address}/${length}`;
}

function bitKeys(word: string, bytes: readonly MaskedByte[] | undefined): readonly string[] {
  if (!bytes) return [''];
  return bytes.map(({ value, mask }) => (mask === 0 ? '' : `${word} 0x${value.toString(16)}/0x${mask.toString(16)}`));
}

/** Types, or types with codes. */
function icmpKeys(types: readonly PortRange[]): readonly string[] {
  return types.flatMap(({ low, high }) => {
    const keys: string[] = [];
    for (let next = low; next <= high;) {
      const isWholeType = (next & 0xff) === 0 && next + 0xff <= high;
      keys.push(isWholeType ? `type ${next >> 8}` : `type ${next >> 8} code ${next & 0xff}`);
      next += isWholeType ? 0x100 : 1;
    }
    return keys;
  });
}

/** Protocols and ports, which only frames have that are no fragments. */
function transportKeys(asked: Asked): readonly string[] {
  const { protocols, services, ports, flags, icmp } = asked;
  if (icmp) return icmpKeys(icmp.types).map((key) => `ip_proto ${protocolText(icmp.protocol)} ${WHOLE} ${key}`);
  if (!services && ports.size === 0 && !flags) {
    return protocols?.map((protocol) => `ip_proto ${protocolText(protocol)}`) ?? [''];
  }
  const all = services ?? (flags ? [TCP] : protocols)?.map((protocol) => ({ protocol, ports: ALL_PORTS }));
  if (!all) {
    throw new NoKeys(
      'tc finds ports of TCP, UDP and SCTP, and not of all protocols that have some',
      'Say which: `tcp/80`, or `udp` beside `from … port …`.',
    );
  }
  const wanted = all.filter(({ protocol }) => (protocols?.includes(protocol) ?? true) && (!flags || protocol === TCP));
  const asksFlags = flags ? `tcp_flags 0x${flags.value.toString(16)}/0x${flags.mask.toString(16)}` : '';
  return wanted.flatMap(({ protocol, ports: own }) => {
    const name = WITH_PORTS.get(protocol);
    if (name === undefined) {
      if (!HAVE_PORTS.has(protocol)) return [];
      throw new NoKeys('tc finds ports of TCP, UDP and SCTP only', 'Ask for another protocol without ports.');
    }
    const destinations = (ports.get('destination port') ?? [ALL_PORTS]).flatMap((range) => common(range, own));
    const sources = ports.get('source port') ?? [ALL_PORTS];
    return destinations.flatMap((destination) =>
      sources.map((source) =>
        joined([`ip_proto ${name}`, WHOLE, portKey('dst', destination), portKey('src', source), asksFlags]),
      ),
    );
  });
}

function common(one: PortRange, other: PortRange): readonly PortRange[] {
  const both = { low: Math.max(one.low, other.low), high: Math.min(one.high, other.high) };
  return both.low <= both.high ? [both] : [];
}

function portKey(end: 'src' | 'dst', { low, high }: PortRange): string {
  if (low === 0 && high === 0xffff) return '';
  return `${end}_port ${low === high ? low : `${low}-${high}`}`;
}

/** tc takes other numbers for hexadecimal, too. */
function protocolText(protocol: number): string {
  return WITH_PORTS.get(protocol) ?? `0x${protocol.toString(16)}`;
}

function product(choices: readonly (readonly string[])[]): readonly string[] {
  const size = choices.reduce((total, { length }) => total * length, 1);
  if (size > MOST_FILTERS) {
    throw new NoKeys(`this takes ${size} filters`, 'Say it in several classes, or with prefixes.');
  }
  return choices.reduce<readonly string[]>(
    (result, parts) => result.flatMap((left) => parts.map((right) => joined([left, right]))),
    [''],
  );
}

function joined(parts: readonly string[]): string {
  return parts.filter((part) => part !== '').join(' ');
}
