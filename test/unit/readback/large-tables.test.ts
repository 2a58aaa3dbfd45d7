/** Tables and sets of many rows, with a fault in one of them: what is compared by name finds it, and names a real packet. */
import { describe, expect, it } from 'vitest';
import { compareWithProgram, type Comparison } from '../../../compiler/proof/machine/compare.ts';
import { machineOf, policyReadBack } from '../../builders/read-back.ts';

const MEMBERS = 1500;

const address = (network: number, member: number) => `${network}.${member >> 8}.${member & 255}.0`;

const rows = (row: (member: number) => string) =>
  Array.from({ length: MEMBERS }, (_, member) => row(member)).join('\n');

const FILES = {
  'members.csv': `id,room,room6,public,kind,mark\n${rows(
    (member) =>
      `${member},${address(10, member)}/24,2001:db8:${(2 * member).toString(16)}::/48,198.18.${member >> 8}.${member & 255},` +
      `${['pc', 'phone', 'tv'][member % 3]},${member + 1}`,
  )}`,
  'forwards.csv': `public,proto,port,inner,inner_port\n${rows(
    (member) => `198.18.${member >> 8}.${member & 255},${member % 2 ? 'tcp' : 'udp'},8080,${address(10, member)},80`,
  )}`,
  'hosts.txt': rows((member) => `172.${16 + (member >> 8)}.${member & 255}.${1 + (member % 7)}`),
};

const POLICY = `
zone uplink = eth0
zone lan = eth1

table members(id: u32 key, room: prefix4 key, room6: prefix6 key, public: ipv4 key, kind: enum(pc, phone, tv), mark: u32)
  from "members.csv"
table forwards(public: ipv4, proto: proto, port: port, inner: ipv4, inner_port: port, key (public, proto, port))
  from "forwards.csv"
let hosts from "hosts.txt"

nat {
  each m in members { snat from m.room out uplink -> m.public }
  each f in forwards { dnat in uplink to f.public f.proto/f.port -> f.inner:f.inner_port }
}

mangle forward {
  each m in members { mark set m.mark from m.room }
}

filter forward stateless default drop {
  each m in members where m.kind == pc { drop out uplink from m.room tcp/25, tcp/445 }
  each m in members where m.kind == phone { drop out uplink from m.room tcp/25 }
  each m in members where m.kind == tv { drop out uplink from m.room udp/1900 }
  allow from 10.0.0.0/8 out uplink
  allow from hosts tcp/22
  drop from 172.16.0.0/12
  each f in forwards { allow in uplink to f.inner f.proto/f.inner_port }
}

count {
  each m in members { traffic host m.room, m.room6 as m.id }
}
`;

const read = policyReadBack(POLICY, FILES)!;

function comparisonsOf(text: string): readonly Comparison[] {
  return compareWithProgram(machineOf(text), read.program, 2 ** 26);
}

it('compares all of what was written', () => {
  expect(comparisonsOf(read.text).map(({ kind, part }) => `${kind}: ${part}`)).toEqual([
    'the same: destination nat (prerouting)',
    'the same: destination nat (output)',
    'the same: mangle forward',
    'the same: filter forward',
    'the same: source nat',
    'the same: count',
  ]);
});

/** A fault, what it changes, and what the message says of a packet that meets it. */
const FAULTS: readonly (readonly [name: string, from: string | RegExp, to: string, message: RegExp])[] = [
  ['a row with the address of another', '10.2.7.0 : 198.18.2.7', '10.2.7.0 : 198.18.2.8', /10\.2\.7\.\d+ ?/],
  ['a missing row', /^\t10\.2\.7\.0 : 198\.18\.2\.7,\n/m, '', /10\.2\.7\.\d+/],
  [
    'a row too many',
    '\t10.2.7.0 : 198.18.2.7,\n',
    '\t10.2.7.0 : 198.18.2.7,\n\t11.0.0.0 : 198.18.2.7,\n',
    /11\.0\.0\.\d+/,
  ],
  [
    'a row that leads to another class',
    /10\.2\.7\.0 : jump (\w+)_pc_ipv4/,
    '10.2.7.0 : jump $1_tv_ipv4',
    /10\.2\.7\.\d+/,
  ],
  ['a row with the mark of another', '10.2.7.0 : 0x208', '10.2.7.0 : 0x209', /10\.2\.7\.\d+/],
  [
    'a row with the counter of another',
    '10.2.7.0 counter comment "519"',
    '10.2.7.0 counter comment "518"',
    /10\.2\.7\.\d+/,
  ],
  [
    'a row of IPv6 with the counter of another',
    '2001:db8:40e:: counter comment "519"',
    '2001:db8:40e:: counter comment "518"',
    /2001:db8:40e:/,
  ],
  [
    'a row of three fields with another port',
    '198.18.2.7 . tcp . 8080',
    '198.18.2.7 . tcp . 8081',
    /198\.18\.2\.7 port 808\d/,
  ],
  ['a row of three fields to another port', '10.2.7.0 . 80', '10.2.7.0 . 81', /198\.18\.2\.7 port 8080/],
  ['a row of three fields to another host', ': 10.2.7.0 . 80', ': 10.2.7.1 . 80', /198\.18\.2\.7 port 8080/],
  ['a row of three fields of another protocol', '10.2.7.0 . tcp . 80', '10.2.7.0 . udp . 80', /10\.2\.7\.0 port 80/],
  ['an address that is missing', /^\t172\.18\.7\.2,\n/m, '', /tcp 172\.18\.7\.2/],
  ['an address too many', /^(\t172\.18\.7\.2,\n)/m, '$1\t172.18.7.3,\n', /tcp 172\.18\.7\.3/],
  [
    'another mask',
    /ip saddr & 255\.255\.255\.0 (map @members_room_public)/,
    'ip saddr & 255.255.254.0 $1',
    /10\.\d+\.\d+\.\d+/,
  ],
  ['the other end', /ip saddr (@hosts_ipv4)/, 'ip daddr $1', /172\.\d+\.\d+\.\d+/],
  ['a negation', /ip saddr (@hosts_ipv4)/, 'ip saddr != $1', /tcp/],
];

describe('finds', () => {
  it.each(FAULTS)('%s', (_name, from, to, message) => {
    const text = read.text.replace(from, to);
    expect(text, read.text.replaceAll(/^\t[\d.:a-f]+.*\n/gm, '')).not.toBe(read.text);
    const messages = comparisonsOf(text).flatMap((one) => (one.kind === 'different' ? [one.message] : []));
    expect(messages).toEqual([expect.stringMatching(message)]);
  });
});

/** Rules about five fields each, some with ranges: one lookup in all of them, in other pieces than the rules have. */
const FIVE_FIELDS = Array.from(
  { length: 120 },
  (_, at) =>
    `${at % 3 ? 'allow' : 'drop'} ${at % 2 ? 'tcp' : 'udp'} from 10.0.${at % 10}.${at}/32 port 1000-${1010 + (at % 4)} to 172.16.0.${at % 7}/32 port ${80 + (at % 5)}`,
).join('\n');

describe('sets that have a name on one side only', () => {
  const { machine, program } = policyReadBack(
    `filter forward stateless default allow { essential off\n${FIVE_FIELDS}\n}\ntarget router { nftables }`,
  )!;

  it('are spelled out', () => {
    const compared = compareWithProgram(machine, program, 2 ** 27, 2);
    expect([...machine.sets.values()].map(({ key }) => key.length)).toEqual([5]);
    expect(compared).toEqual([{ kind: 'the same', part: 'filter forward' }]);
  });
});
