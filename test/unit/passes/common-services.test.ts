/** Which services are tested before a large table is looked up. */
import { expect, test } from 'vitest';
import { artifactOf, partOf } from '../../builders/ruleset.ts';

/** What drops packets for the services of a table of so many hosts. */
function dropping(rows: number, serviceOf: (at: number) => string, clauses = ''): string[] {
  const lines = Array.from(
    { length: rows },
    (_, at) => `${(at % 200) + 1}.${at >> 8}.7.${at & 255},${serviceOf(at)}\n`,
  );
  const policy = `zone uplink = eth0
    table closed(address: ipv4, proto: proto, port: port, key (address, proto, port)) from "closed.csv"
    filter forward default allow { each c in closed { drop ${clauses} from c.address c.proto/c.port } }`;
  const files = { 'closed.csv': `address,proto,port\n${lines.join('')}` };
  return partOf(artifactOf(policy, 'nftables/ruleset.nft', files), 'chain filter_forward').slice(-1);
}

const found = 'ip saddr . meta l4proto . th dport @closed_address_proto_port drop';

test('a few services of many hosts are asked for first', () => {
  const service = (at: number) => ['tcp,25', 'tcp,445', 'udp,1900'][at % 3]!;
  const asked = 'meta l4proto . th dport { tcp . 25, tcp . 445, udp . 1900 }';
  expect(dropping(20_000, service)).toEqual([`${asked} ${found}`]);
  expect(dropping(20_000, service, 'out uplink')).toEqual([`oifname "eth0" ${asked} ${found}`]);
});

test('many services are not', () => {
  expect(dropping(20_000, (at) => `tcp,${at + 1}`)).toEqual([found]);
});

test('nor are those of a few hosts', () => {
  expect(dropping(20, () => 'tcp,25')).toEqual([found]);
});
