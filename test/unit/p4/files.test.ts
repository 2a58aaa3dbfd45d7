/** What a NIC gets of a policy, and in which order. */
import { describe, expect, it } from 'vitest';
import { renderFindings } from '../../../compiler/diagnostics/render.ts';
import { tcpPacket } from '../../../compiler/semantics/packet/build.ts';
import { encodeFrame, frameOf } from '../../../compiler/semantics/packet/frame.ts';
import { compileForNic, switchWith, udpFrame } from '../../builders/nic-files.ts';

const POLICY = `zone uplink = eth0, eth1 vlan 100-199
zone inside = eth2
let blocked = 192.0.2.0/24, 198.51.100.7, 2001:db8:bad::/48
mitigate in uplink {
  allow from 192.0.2.5
  drop from blocked
  drop udp/53 over 5000/second per destination
  drop udp from any port 11211 where length > 1400
  drop from 10.0.0.0/8 and count as tens
  drop to 203.0.113.0/24 tcp/1000-1999, udp/0-1023
}
mitigate after in inside { drop not ipv4 }
filter forward default drop { allow in inside out uplink }
target edge { p4 v1model on eth0, eth1, eth2  nftables }
`;

function filesOf(text: string): ReadonlyMap<string, string> {
  const { files, diagnostics } = compileForNic(text);
  expect(renderFindings(diagnostics)).toBe('');
  return files;
}

const FILES = filesOf(POLICY);

describe('a NIC', () => {
  it('says of each rule who decides about its packets, and why', () => {
    expect(FILES.get('p4/split.txt')!.split('\n').slice(2, 10)).toEqual([
      "host  test.sluice:5: allow from 192.0.2.5   (what is allowed is the host's)",
      'NIC   test.sluice:6: drop from blocked',
      "host  test.sluice:7: drop udp/53 over 5000/second per destination   (its limit or sample is the host's)",
      'NIC   test.sluice:8: drop udp from any port 11211 where length > 1400',
      'host  test.sluice:9: drop from 10.0.0.0/8 and count as tens   (a NIC does not carry out `count` for the host)',
      'NIC   test.sluice:10: drop to 203.0.113.0/24 tcp/1000-1999, udp/0-1023',
      'NIC   test.sluice:12: drop not ipv4',
      '',
    ]);
  });

  it('drops by rules in their order, and sends the rest up by the same port', () => {
    const nic = switchWith(FILES);
    const portOf = (source: bigint, port: number, at = 0) => nic.run(at, udpFrame(source, port)).port;
    expect(portOf(0xc0000206n, 80)).toBe(undefined);
    expect(portOf(0xc0000205n, 80)).toBe(256);
    expect(portOf(0x0a000001n, 80)).toBe(256);
    expect(portOf(0x0b000001n, 80)).toBe(undefined);
    expect(portOf(0x0b000001n, 53)).toBe(256);
    expect(portOf(0x0b000001n, 1024)).toBe(256);
    // Of no zone without a tag; and from the host to the network.
    expect(portOf(0xc0000206n, 80, 1)).toBe(257);
    expect(portOf(0xc0000206n, 80, 256)).toBe(0);
  });

  it('drops nothing that it would not drop in the end, however far its tables are filled', () => {
    const whole = switchWith(FILES);
    const frames = [0xc0000206n, 0xc0000205n, 0x0a000001n, 0x0b000001n].flatMap((source) =>
      [53, 80, 1024].map((port) => udpFrame(source, port)),
    );
    const dropped = frames.map((bytes) => whole.run(0, bytes).port === undefined);
    const commands = FILES.get('p4/entries.txt')!.split('\n').length;
    for (let some = 0; some < commands; some++) {
      const nic = switchWith(FILES, some);
      frames.forEach((bytes, at) => {
        if (nic.run(0, bytes).port === undefined) expect(dropped[at], `after ${some} commands`).toBe(true);
      });
    }
  });

  it('gives P4Runtime the same entries, with the numbers that the program says, and the first the highest priority', () => {
    const text = FILES.get('p4/entries.txtpb')!;
    const program = FILES.get('p4/program.p4')!;
    const ids = new Map(
      [...program.matchAll(/@id\((0x\w+)\)\s+(?:table|action) (\w+)/g)].map(
        ([, id, name]) => [Number(id), name!] as const,
      ),
    );
    expect(new Set(ids.values()).size).toBe(ids.size);
    const found = text
      .split('updates {')
      .slice(1)
      .map(
        (update) =>
          `${ids.get(Number(/table_id: (\d+)/.exec(update)![1]))} ${ids.get(Number(/action_id: (\d+)/.exec(update)![1]))}`,
      );
    const commands = FILES.get('p4/entries.txt')!
      .split('\n')
      .filter((line) => line.startsWith('table_add'));
    expect(found).toEqual(commands.map((line) => line.replaceAll('Mitigate.', '').split(' ').slice(1, 3).join(' ')));
    const priorities = [...text.matchAll(/priority: (\d+)/g)].map(([, number]) => Number(number));
    expect(priorities.slice(0, 3)).toEqual([2 ** 24, 2 ** 24 - 1, 2 ** 24 - 2]);
  });

  it('tells a controller of each table what the program has: number, keys, actions and room', () => {
    const program = FILES.get('p4/program.p4')!.replaceAll(/\/\/.*/g, '');
    const info = FILES.get('p4/p4info.txtpb')!;
    const names = new Map(
      [...info.matchAll(/id: (\d+)\n\s+name: "(?:Mitigate\.)?(\w+)"/g)].map(([, id, name]) => [id, name]),
    );
    const told = info
      .split(/^tables \{$/m)
      .slice(1)
      .map((text) => {
        const [own] = text.split(/^\}$/m) as [string];
        const [id, ...actions] = [...own.matchAll(/(?:preamble|action_refs) \{\n\s+id: (\d+)/g)].map(
          ([, number]) => number!,
        );
        const keys = [...own.matchAll(/name: "(\w+)"\n\s+bitwidth: \d+\n\s+match_type: (\w+)/g)];
        return {
          name: names.get(id),
          id: Number(id),
          keys: keys.map(([, name, kind]) => `${name}: ${kind!.toLowerCase()}`),
          actions: actions.map((action) => names.get(action)),
          otherwise: names.get(/const_default_action_id: (\d+)/.exec(own)![1]),
          size: Number(/ size: (\d+)/.exec(own)![1]),
        };
      });
    const written = [...program.matchAll(/@id\((\w+)\)\s+table (\w+) \{(.*?)\n    \}/gs)].map(([, id, name, body]) => ({
      name,
      id: Number(id),
      keys: [...body!.matchAll(/: *(\w+) @name\("(\w+)"\)/g)].map(([, kind, key]) => `${key}: ${kind}`),
      actions: /actions = \{(.*?)\}/.exec(body!)![1]!.replaceAll('@defaultonly', '').match(/\w+/g)!,
      otherwise: /default_action = (\w+)/.exec(body!)![1],
      size: Number(/size = (\d+)/.exec(body!)![1]),
    }));
    expect(written.length).toBeGreaterThan(3);
    expect(told).toEqual(written);
  });

  it('has no name of more than 63 characters, no loop, and no condition in an action', () => {
    const program = FILES.get('p4/program.p4')!.replaceAll(/\/\/.*/g, '');
    expect(program.match(/[A-Za-z_]\w*/g)!.filter((name) => name.length > 63)).toEqual([]);
    expect(program).not.toMatch(/\bfor\b/);
    const actions = [...program.matchAll(/action \w+\([^)]*\) \{([^}]*)\}/g)].map(([, body]) => body);
    expect(actions.length).toBeGreaterThan(3);
    expect(actions.filter((body) => body!.includes('if'))).toEqual([]);
  });

  it('asks at most one longest prefix in a table, and each table once', () => {
    const program = FILES.get('p4/program.p4')!.replaceAll(/\/\/.*/g, '');
    const tables = [...program.matchAll(/table (\w+) \{(.*?)\n    \}/gs)];
    expect(tables.length).toBeGreaterThan(2);
    for (const [, name, body] of tables) {
      expect((body!.match(/: lpm/g) ?? []).length).toBeLessThan(2);
      expect(program.split(`${name}.apply()`)).toHaveLength(2);
      expect(Math.log2(Number(/size = (\d+)/.exec(body!)![1])) % 1).toBe(0);
    }
  });

  it('names rules that were merged, and drops by none that no packet comes to', () => {
    const files = filesOf(`zone uplink = eth0
mitigate in uplink {
  drop from 10.0.0.0/8
  drop from 192.168.0.0/16
  count as seen sample 1/1000
  drop udp/53
}
target edge { nftables p4 v1model on eth0 }`);
    expect(files.get('p4/split.txt')!.split('\n').slice(2, 6)).toEqual([
      'NIC   test.sluice:3: drop from 10.0.0.0/8',
      'NIC   test.sluice:4: drop from 192.168.0.0/16',
      'host  test.sluice:5: count as seen sample 1/1000   (a NIC does not carry out `count` for the host)',
      "host  test.sluice:6: drop udp/53   (all of its packets meet a rule before that is the host's)",
    ]);
    expect(files.get('p4/entries.txt')).not.toContain('Mitigate.up');
    expect(switchWith(files).run(0, udpFrame(0x0b000001n, 53)).port).toBe(256);
  });

  it('asks for longest prefixes in whole bytes, for which alone BMv2 takes their lengths as they are', () => {
    const ports = Array.from({ length: 40 }, (_, number) => 1000 + 7 * number).join(', ');
    const files = filesOf(`zone uplink = eth0
let odd = ${ports}
mitigate in uplink {
  drop udp from any port odd where length > 900
  drop tcp from any port odd
}
target edge { nftables p4 v1model on eth0 }`);
    expect(files.get('p4/program.p4')).toContain('(bit<24>)meta.keys.source_port: lpm');
    expect(files.get('p4/entries.txt')).toContain('source_port_sets_ipv4 0x103e8/24');
    expect(files.get('p4/p4info.txtpb')).toMatch(/name: "source_port"\n\s+bitwidth: 24\n\s+match_type: LPM/);
    const lengths = [...files.get('p4/program.p4')!.matchAll(/key = \{ (?:\(bit<(\d+)>\))?.*: lpm/g)].map(
      ([, width = 0]) => +width % 8,
    );
    expect(new Set(lengths)).toEqual(new Set([0]));
  });

  it('drops all packets by a rule that asks nothing', () => {
    const files = filesOf(`zone uplink = eth0
mitigate in uplink { drop }
target edge { nftables p4 v1model on eth0 }`);
    expect(files.get('p4/entries.txt')).toContain('table_add Mitigate.mitigate_ipv4 Mitigate.drop 0x0&&&0x0 => 1\n');
    expect(switchWith(files).run(0, udpFrame(1n, 53)).port).toBe(undefined);
  });

  it('takes flags of TCP and what is malformed as the host does', () => {
    const files = filesOf(`zone uplink = eth0
mitigate in uplink { drop tcp flags syn, fin }
target edge { nftables p4 v1model on eth0 }`);
    const nic = switchWith(files);
    const ends = { family: 4, source: 1n, destination: 2n } as const;
    const syn = encodeFrame(frameOf(tcpPacket(ends, { sourcePort: 1, destinationPort: 2, flags: 0x02 })));
    expect(nic.run(0, syn).port).toBe(undefined);
    for (let length = 14; length < syn.length; length++) expect(nic.run(0, syn.subarray(0, length)).port).toBe(256);
  });
});

describe('the line of a target', () => {
  const withLine = (line: string) =>
    renderFindings(
      compileForNic(`zone uplink = eth0\nmitigate in uplink { drop tcp/23 }\ntarget edge { ${line} }`).diagnostics,
    );

  it.each([
    ['nftables p4 psa on eth0', 'SL1502'],
    ['nftables p4 on eth0', 'SL1502'],
    ['p4 v1model on eth0', 'SL1501'],
    ['nftables p4 v1model on eth9', 'SL1504'],
  ])('%s: %s', (line, code) => {
    expect(withLine(line)).toContain(code);
  });
});
