/** What it means that a packet is in a set: clauses for each of the set's products. */
import type { Family } from '../dump/dump.ts';
import { ICMP4_TYPES, ICMP6_TYPES, icmpType } from '../matches/icmp-types.ts';
import { protocolItem, protocolName } from '../protocols.ts';
import type { Term } from '../rules.ts';
import { addressInterval, intervalItems } from './address-intervals.ts';
import type { IpSet, PartKind, SetElement } from './ip-set.ts';
import { productsOf, type Part, type Tuple } from './products.ts';

/** Which end of a packet a part of an element is compared with, as `--match-set NAME src,dst` says. */
export type Direction = 'src' | 'dst';

/** A part of an element as the policy asks for it: of a source port, the protocol is a part of its own. */
type Asked = Exclude<PartKind, 'protocol and port'> | 'service' | 'protocol' | 'source port';

interface AskedPart {
  readonly kind: Asked;
  readonly direction: Direction;
}

/** A list of addresses as it stands in a clause: itself, or the name of a `let`. */
export type ListNames = (items: readonly string[]) => readonly string[];

export type SetClauses =
  | { readonly kind: 'clauses'; readonly any: readonly (readonly Term[])[] }
  | { readonly kind: 'refused'; readonly what: string };

/** Lists of clauses that no packet meets two of; the family is that of the rule, and of the set's addresses. */
export function setClauses(
  { parts, elements, netmask, name }: IpSet,
  directions: readonly Direction[],
  family: Family,
  listNames: ListNames,
): SetClauses {
  const refused = (what: string): SetClauses => ({ kind: 'refused', what: `${what} in the set \`${name}\`` });
  const asked = parts.flatMap((part, at) => askedParts(part, directions[at]!));
  const isForMac = asked.some(({ kind, direction }) => kind === 'mac' && direction === 'dst');
  if (isForMac) return refused('the MAC address that a frame goes to');
  const addresses = parts.filter((part) => part === 'address').length;
  const tuples: Tuple[] = [];
  for (const element of elements) {
    if (element.isExcluded && addresses > 1) return refused('`nomatch` for pairs of networks');
    const read = tupleOf(element, parts, directions, family, netmask);
    if (!read) return refused(`the element \`${element.parts.join(',')}\``);
    tuples.push(read);
  }
  const any = productsOf(tuples).map((product) =>
    product.flatMap((items, at) => termsOf(items, asked[at]!, family, listNames)),
  );
  return { kind: 'clauses', any };
}

function askedParts(part: PartKind, direction: Direction): AskedPart[] {
  if (part !== 'protocol and port') return [{ kind: part, direction }];
  const kinds: Asked[] = direction === 'dst' ? ['service'] : ['protocol', 'source port'];
  return kinds.map((kind) => ({ kind, direction }));
}

function tupleOf(
  { parts: words, isExcluded, odd }: SetElement,
  parts: readonly PartKind[],
  directions: readonly Direction[],
  family: Family,
  netmask: number | undefined,
): Tuple | undefined {
  if (odd !== undefined || words.length !== parts.length) return undefined;
  const read: Part[] = [];
  for (const [at, part] of parts.entries()) {
    const parsed = partsOf(words[at]!, part, directions[at]!, family, netmask);
    if (!parsed) return undefined;
    read.push(...parsed);
  }
  return { parts: read, isExcluded };
}

function partsOf(
  word: string,
  part: PartKind,
  direction: Direction,
  family: Family,
  netmask: number | undefined,
): Part[] | undefined {
  switch (part) {
    case 'address': {
      const interval = addressInterval(word, family, netmask);
      return interval && [interval];
    }
    case 'port':
      return /^\d+$/.test(word) ? [word] : undefined;
    case 'protocol and port':
      return serviceParts(word, direction, family);
    case 'interface':
      // The loopback interface is in no zone; ports of bridges are no interfaces of the policy.
      return word === 'lo' || word.includes(':') ? undefined : [word];
    case 'mac':
      return /^([\da-f]{2}:){5}[\da-f]{2}$/i.test(word) ? [word.toLowerCase()] : undefined;
    case 'mark':
      return /^(0x[\da-f]{1,8}|\d+)$/i.test(word) ? [word] : undefined;
  }
}

/** `tcp:80`, `icmp:8/0`, `vrrp:0` */
function serviceParts(word: string, direction: Direction, family: Family): Part[] | undefined {
  const [protocol = '', value = ''] = word.split(/:(.*)/);
  const name = protocolName(protocol);
  if (name === undefined) return undefined;
  if (['tcp', 'udp', 'sctp', 'udplite'].includes(name) && /^\d+$/.test(value)) {
    return direction === 'dst' ? [`${name}/${value}`] : [name, value];
  }
  if (direction === 'src') return undefined;
  if (name === (family === 4 ? 'icmp' : 'icmpv6')) {
    const type = icmpType(value, family === 4 ? ICMP4_TYPES : ICMP6_TYPES);
    // The set knows a code of each type.
    return type === undefined || type === '' ? undefined : [`icmp${family} ${type.includes('/') ? type : `${type}/0`}`];
  }
  return value === '0' ? [protocolItem(name, family)] : undefined;
}

function termsOf(items: readonly Part[], { kind, direction }: AskedPart, family: Family, listNames: ListNames): Term[] {
  const words = items.filter((item) => typeof item === 'string');
  const plain = (slot: Term['slot'], all: readonly string[]): Term => ({ slot, items: all, negated: false });
  switch (kind) {
    case 'address': {
      const intervals = items.filter((item) => typeof item === 'object');
      const texts = intervals.flatMap((interval) => intervalItems(interval, family));
      return [plain(direction === 'src' ? 'from' : 'to', listNames(texts))];
    }
    case 'port':
      // Of TCP or UDP, and of no other protocol (ip_set_get_ip_port).
      return direction === 'src'
        ? [plain('service', ['tcp', 'udp']), plain('source port', words)]
        : [
            plain(
              'service',
              words.flatMap((port) => [`tcp/${port}`, `udp/${port}`]),
            ),
          ];
    case 'source port':
      return [plain('source port', words)];
    case 'service':
    case 'protocol':
      return [plain('service', words)];
    case 'interface':
      return [plain(direction === 'src' ? 'in' : 'out', words)];
    case 'mac':
      return [plain('mac', words)];
    case 'mark':
      return [plain('mark', words)];
  }
}
