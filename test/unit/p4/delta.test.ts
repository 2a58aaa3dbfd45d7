/** What leads from one build's tables to the next one's, as files. */
import { expect, it } from 'vitest';
import { nicBuild, textsOf } from '../../builders/nic-deltas.ts';

const policyOf = (blocked: string, more = '', target = 'p4 pna on eth0'): string => `zone uplink = eth0
let blocked = ${blocked}
mitigate in uplink {
  allow from 192.0.2.5
  drop from blocked
  ${more}
}
filter forward default drop {}
target edge { ${target}  nftables }
`;

const BEFORE = policyOf('10.0.0.0/8, 192.0.2.0/24');
const since = (text: string, former = BEFORE) => nicBuild(text, nicBuild(former)!.files)!.outcome!;

it('has the entries that go and those that come, and a command that takes all at once', () => {
  const outcome = since(policyOf('172.16.0.0/12, 192.0.2.0/24'));
  if (outcome.kind !== 'delta') throw new Error(outcome.kind);
  const files = textsOf(outcome.artifacts);
  expect(outcome.load).toEqual(['nc -q 1 127.0.0.1 8086 < p4/delta/delta.cli']);
  expect(files.get('p4/delta/delta.cli'))
    .toBe(`pipeline sluice table mitigate_ipv4 delete p4/delta/mitigate_ipv4.delete.txt
pipeline sluice table mitigate_ipv4 add p4/delta/mitigate_ipv4.add.txt
pipeline sluice commit
`);
  expect(files.get('p4/delta/mitigate_ipv4.delete.txt')).toBe(
    'match 0xa000000/0xff000000 priority 1 action drop_ipv4 rule 1\n',
  );
  expect(files.get('p4/delta/mitigate_ipv4.add.txt')).toBe(
    'match 0xac100000/0xfff00000 priority 1 action drop_ipv4 rule 1\n',
  );
  expect(outcome.figures).toEqual({ 'entries added': 1, 'entries changed': 0, 'entries removed': 1 });
  const verbs = [...files].filter(([path]) => path.endsWith('.txtpb')).map(([, text]) => text.match(/type: \w+/g));
  expect(verbs).toEqual([['type: INSERT'], ['type: DELETE']]);
  expect(files.get('p4/delta/2.txtpb')).toContain('Rules to drop by go.\nupdates {\n  type: DELETE\n');
});

it('is nothing where the tables are the same', () => {
  expect(since(BEFORE.replaceAll('blocked', 'banned'))).toMatchObject({ kind: 'delta', artifacts: [], load: [] });
});

it.each([
  ['another program', BEFORE, policyOf('10.0.0.0/8', 'drop udp/53'), /its program is another/],
  ['other ports', BEFORE, policyOf('10.0.0.0/8, 192.0.2.0/24', '', 'p4 pna on eth0, eth1'), /ports|program/],
  [
    'a switch that tells entries by numbers of its own',
    policyOf('10.0.0.0/8', '', 'p4 v1model on eth0'),
    policyOf('172.16.0.0/12', '', 'p4 v1model on eth0'),
    /emptied and filled anew/,
  ],
  ['an earlier build without a NIC', undefined, BEFORE, /has no p4\/program.p4/],
])('there is none for %s', (_, former, later, why) => {
  const outcome = former === undefined ? nicBuild(later, new Map())!.outcome : since(later, former);
  expect(outcome).toEqual({ kind: 'none', why: expect.stringMatching(why) as string });
});
