/** What a NIC of the Portable NIC Architecture gets, in the form of p4c-dpdk and DPDK's pipeline. */
import { describe, expect, it } from 'vitest';
import { compileForNic, keysLostByDpdk, switchWith, udpFrame } from '../../builders/nic-files.ts';

const { files: FILES, diagnostics } = compileForNic(`zone uplink = eth0, eth1 vlan 100-199
zone inside = eth2
let blocked = 192.0.2.0/24, 198.51.100.7, 2001:db8:bad::/48
mitigate in uplink {
  allow from 192.0.2.5
  drop from blocked
  drop udp/53 over 5000/second per destination
  drop udp from any port 11211 where length > 1400
  drop to 203.0.113.0/24 tcp/1000-1999, udp/0-1023
}
mitigate after in inside { drop not ipv4 }
filter forward default drop { allow in inside out uplink }
target edge { p4 pna on eth0, eth1, eth2  nftables }
`);
const PROGRAM = FILES.get('p4/program.p4')!.replaceAll(/\/\/.*/g, '');

describe('a NIC of the Portable NIC Architecture', () => {
  it('gets a file of entries for each table, rules in their order, and commands that take all at once', () => {
    expect(diagnostics).toEqual([]);
    expect(FILES.get('p4/tables/other_side.txt')).toBe(`# eth0
match 0 action goes_out_by port 1
match 1 action goes_out_by port 0
# eth1
match 2 action goes_out_by port 3
match 3 action goes_out_by port 2
# eth2
match 4 action goes_out_by port 5
match 5 action goes_out_by port 4
`);
    const rules = FILES.get('p4/tables/mitigate_ipv4.txt')!.split('\n');
    expect(rules.filter((line) => line.startsWith('#'))).toEqual([
      '# test.sluice:5: allow from 192.0.2.5',
      '# test.sluice:6: drop from blocked',
      '# test.sluice:7: drop udp/53 over 5000/second per destination',
      '# test.sluice:8: drop udp from any port 11211 where length > 1400',
      '# test.sluice:9: drop to 203.0.113.0/24 tcp/1000-1999, udp/0-1023',
    ]);
    const entries = rules.filter((line) => line.startsWith('match'));
    expect(entries.map((line) => Number(/ priority (\d+) /.exec(line)![1]))).toEqual(entries.map((_, at) => at));
    expect(entries[0]).toMatch(/ action up_ipv4 rule 0$/);
    expect(entries[1]).toMatch(/ action drop_ipv4 rule 1$/);
    const tables = [...PROGRAM.matchAll(/table (\w+) \{/g)].map(([, name]) => name!);
    const commands = FILES.get('p4/entries.cli')!;
    expect(commands).toMatch(/^pipeline sluice table other_side add p4\/tables\/other_side\.txt\n/);
    expect(commands).toMatch(/\npipeline sluice commit\n$/);
    for (const table of tables) {
      expect(commands).toContain(`pipeline sluice table ${table} add p4/tables/${table}.txt\n`);
      expect(FILES.get('p4/clear.cli')!.includes(` ${table} delete `)).toBe(table !== 'other_side');
    }
  });

  it('sets a key twice that p4c-dpdk would take for a copy, and leave out', () => {
    const { files } = compileForNic(`zone uplink = eth0
zone inside = eth1
filter input stateless default drop {
  essential off
  allow length 84
}
filter forward stateless default drop {
  essential off
  allow tcp/443
}
target edge { p4 pna on eth0, eth1  nftables }
`);
    const program = files.get('p4/program.p4')!;
    expect(program).toContain('(bit<24>)meta.keys.length: lpm');
    expect(program).toContain(' meta.keys.length: ternary');
    expect(keysLostByDpdk(program)).toEqual([]);
    const once = program.replace('meta.keys.length = 0;', '');
    expect(keysLostByDpdk(once)).toEqual(['length']);
  });

  it('writes what is wider than 64 bits with all of its digits, as the pipeline reads it', () => {
    const address = /0x20010db80bad0{20}\/0xffffffffffff0{20} /;
    expect(FILES.get('p4/tables/mitigate_ipv6.txt')).toMatch(address);
  });

  it('drops by rules in their order, counts by rule, and sends the rest to the other side', () => {
    const nic = switchWith(FILES);
    const portOf = (source: bigint, port: number, at = 0) => nic.run(at, udpFrame(source, port)).port;
    expect(portOf(0xc0000206n, 80)).toBe(undefined);
    expect(portOf(0xc0000205n, 80)).toBe(1);
    expect(portOf(0x0b000001n, 1)).toBe(undefined);
    expect(portOf(0x0b000001n, 53)).toBe(1);
    // Of no zone without a tag; from the host; and of a port that nobody has named.
    expect(portOf(0xc0000206n, 80, 2)).toBe(3);
    expect(portOf(0xc0000206n, 80, 1)).toBe(0);
    expect(portOf(0xc0000206n, 80, 6)).toBe(undefined);
    expect(Object.fromEntries(nic.counted)).toEqual({
      'met_ipv4[0]': 1,
      'met_ipv4[1]': 1,
      'met_ipv4[2]': 1,
      'met_ipv4[4]': 1,
    });
  });

  it('knows no way before its tables are taken, all at once', () => {
    const lines = FILES.get('p4/entries.cli')!.split('\n').length;
    for (let some = 0; some < lines - 2; some++) {
      expect(switchWith(FILES, some).run(0, udpFrame(0x0b000001n, 2000)).port).toBe(undefined);
    }
    expect(switchWith(FILES).run(0, udpFrame(0x0b000001n, 2000)).port).toBe(1);
  });

  // p4c-dpdk copies actions that several tables have, reads `range` and `optional` as wildcards, and has no counter for an entry of
  // a ternary table; DPDK leaves metadata as the packet before has left them, and stops at `drop`.
  it('steers clear of what p4c-dpdk 1.2.5.16 and DPDK 22.11 do otherwise', () => {
    const actions = [...PROGRAM.matchAll(/actions = \{([^}]*)\}/g)].flatMap(([, list]) =>
      list!.match(/\w+;/g)!.filter((name) => name !== 'NoAction;'),
    );
    expect(new Set(actions).size).toBe(actions.length);
    expect(PROGRAM).not.toMatch(/: (?:range|optional)\b/);
    expect(PROGRAM).not.toMatch(/DirectCounter|\bfor\b|\d\.\.\d/);
    expect(PROGRAM).toMatch(/met_ipv4\.count\(rule\);\s+drop_packet\(\);/);
    const keys = [...PROGRAM.matchAll(/bit<(\d+)> +(\w+);/g)].filter(([, , name]) =>
      / (?:vlan|service|\w+_sets_ipv\d)$/.test(` ${name}`),
    );
    expect(keys.length).toBeGreaterThan(1);
    for (const [, , name] of keys) expect(PROGRAM).toContain(`meta.keys.${name} = 0;`);
    expect(PROGRAM.match(/[A-Za-z_]\w*/g)!.filter((name) => name.length > 63)).toEqual([]);
    const tables = [...PROGRAM.matchAll(/table (\w+) \{/g)].map(([, name]) => name!);
    for (const name of tables) expect(PROGRAM.split(`${name}.apply()`)).toHaveLength(2);
  });
});
