/** Atoms as nft matches. */
import { mutationsOf } from '../mutation.ts';

export const matches = [
  ...mutationsOf('backends/nftables/lower/matches.ts', [
    {
      name: 'a match turned round is the match itself',
      original: "operator: match.operator === '==' ? '!=' : '==' };",
      replacement: "operator: '==' };",
      why: 'a lost negation',
    },
    {
      name: 'the mask of a mark is dropped',
      original: '`meta mark & ${hex(test.mask)}`',
      replacement: '`meta mark`',
      why: 'a dropped mask',
    },
    {
      name: 'the mask of an address is dropped',
      original: 'left: `${left} & ${format(value.mask)}`',
      replacement: 'left: `${left}`',
      why: 'a dropped mask',
    },
    {
      name: 'sources are destinations',
      original: "const side = test.field === 'source' ? 'saddr' : 'daddr';",
      replacement: "const side = test.field === 'source' ? 'daddr' : 'saddr';",
      why: 'a wrong field',
    },
    {
      name: 'bytes of the payload are counted in bits',
      original: 'const left = `@ih,${first * 8},${bits}`;',
      replacement: 'const left = `@ih,${first},${bits}`;',
      why: 'a wrong place',
    },
  ]),
  ...mutationsOf('backends/nftables/lower/tcp-flags.ts', [
    {
      name: 'the mask of flags is dropped',
      original: "const left = `tcp flags & ${asked.includes('|') ? `(${asked})` : asked} ==`;",
      replacement: 'const left = `tcp flags ==`;',
      why: 'a dropped flag mask',
    },
    {
      name: 'flags are one bit off',
      original: '(bits >> bit) & 1',
      replacement: '(bits >> (bit + 1)) & 1',
      why: 'an off-by-one in bits',
    },
  ]),
  ...mutationsOf('backends/nftables/lower/numbers.ts', [
    {
      name: 'the fixed header counts in lengths of IPv6',
      original: 'const IPV6_HEADER = 40;',
      replacement: 'const IPV6_HEADER = 0;',
      why: 'a length that is 40 bytes off',
    },
    {
      name: 'more fragments are told by the flag beside',
      original: 'const MORE_FRAGMENTS = 0x2000;',
      replacement: 'const MORE_FRAGMENTS = 0x4000;',
      why: 'a wrong bit',
    },
    {
      name: 'ports of packets that have none',
      original: 'return [...portsPresent(place), equal(`th ${side}`, numberValues(set))];',
      replacement: 'return [equal(`th ${side}`, numberValues(set))];',
      why: 'a lost guard: ICMP has something where ports would be',
    },
    {
      name: 'source ports are destination ports',
      original:
        'if (name !== undefined && NAMED_WITH_PORTS.has(name)) return [equal(`${name} ${side}`, numberValues(set))];',
      replacement:
        'if (name !== undefined && NAMED_WITH_PORTS.has(name)) return [equal(`${name} dport`, numberValues(set))];',
      why: 'a wrong field',
    },
    {
      name: 'services that share some port are a product',
      original: 'if (byProtocol.every(({ ports }) => ports.equals(first.ports))) {',
      replacement: 'if (byProtocol.some(({ ports }) => ports.equals(first.ports))) {',
      why: 'ports of one protocol are let through for the other',
    },
    {
      name: 'codes of ICMP are whole types',
      original: 'if (from === 0 && to === 0xff) whole.push(text);',
      replacement: 'whole.push(text);',
      why: 'a lost guard: the code is forgotten',
    },
  ]),
];
