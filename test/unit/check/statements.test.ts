import { describe, expect, it } from 'vitest';
import { legalityTables } from '../../../compiler/3-check/legality.ts';
import { policyOf } from './check-text.ts';

const zones = 'zone uplink = eth0 zone inside = bond1 vlan 100-199, "wg*"';

describe('zones, memories and targets', () => {
  it('keep members and bounds', () => {
    const { zones: found, memories } = policyOf(`${zones} memory seen(a: ip, p: port, q: proto) timeout 2h keys 10`);
    expect(found[1]).toMatchObject({ name: 'inside', members: [{ interface: 'bond1' }, { interface: 'wg*' }] });
    expect(found[1]?.members[0]?.vlans?.toString()).toBe('100-199');
    expect(memories).toMatchObject([
      {
        columns: [
          { name: 'a', type: { kind: 'address', family: 'both' } },
          { name: 'p', type: { kind: 'port' } },
          { name: 'q', type: { kind: 'protocol' } },
        ],
        timeout: 7_200_000,
        hits: 1,
        bounds: { keys: 10, whenFull: 'miss', approximate: false },
      },
    ]);
  });

  it('count hits', () => {
    const { memories } = policyOf('memory seen(a: ip) timeout 1m hits 4 memory hits(a: ip) hits 2');
    expect(memories).toMatchObject([
      { timeout: 60_000, hits: 4 },
      { name: 'hits', hits: 2 },
    ]);
  });

  it('may be bound differently by a target', () => {
    const { targets } = policyOf(`${zones}
      target core { zone uplink = eth4 marks reserve 0xff000000 nftables xdp on eth4 generic gro off default route }
    `);
    const [target] = targets;
    expect(target).toMatchObject({
      name: 'core',
      markMask: 0xff000000,
      groOff: true,
      defaultRoute: true,
      planes: [
        { plane: 'nftables', variant: undefined, on: [] },
        { plane: 'xdp', variant: 'generic', on: ['eth4'] },
      ],
    });
    expect(target?.zones.get('uplink')?.members[0]?.interface).toBe('eth4');
    expect(target?.zones.get('inside')?.members[0]?.interface).toBe('bond1');
  });
});

describe('sockets of a target', () => {
  const targets = (settings: string) => policyOf(`${zones} target core { ${settings} nftables }`).targets;

  it('have one place for each family', () => {
    const [target] = targets('socket web = 127.0.0.1:8080, [::1]:8081 socket dns = 192.0.2.53:53');
    expect([...(target?.sockets ?? [])]).toEqual([
      [
        'web',
        [
          { family: 4, address: 0x7f000001n, port: 8080 },
          { family: 6, address: 1n, port: 8081 },
        ],
      ],
      ['dns', [{ family: 4, address: 0xc0000235n, port: 53 }]],
    ]);
  });
});

describe('expectations', () => {
  it('are packets', () => {
    const { expectations } = policyOf(`${zones}
      expect {
        allow tcp 10.1.2.3:40000 -> 203.0.113.9:443 in inside out uplink becomes 198.51.100.7:40000
        reject with tcp-reset icmp echo-request 10.1.2.3 -> 203.0.113.9
        drop proto 50 [2001:db8::1] -> [2001:db8::2] length 100 ttl 1 dscp ef
      }
    `);
    expect(expectations[0]?.expectations).toMatchObject([
      {
        verdict: 'allow',
        protocol: 6,
        source: { address: { family: 4 }, port: 40000 },
        destination: { port: 443 },
        in: { name: 'inside' },
        out: { name: 'uplink' },
        becomes: { source: { port: 40000 }, destination: undefined },
      },
      { verdict: 'reject', reason: 'tcp-reset', protocol: 1, icmp: { type: 8, code: 0 } },
      { verdict: 'drop', protocol: 50, source: { address: { family: 6 } }, length: 100, ttl: 1, dscp: 46 },
    ]);
  });

  it('may be given what the environment decides', () => {
    const { expectations } = policyOf(`${zones}
      memory banned(address: ip) timeout 1h
      expect {
        given time 2026-01-02 03:04
        given route 10.0.0.0/8 out inside
        given address 192.0.2.1 on uplink
        given memory banned 192.0.2.9
        given down 10.0.0.5
      }
    `);
    expect(expectations[0]?.given).toMatchObject({
      time: Date.UTC(2026, 0, 2, 3, 4) / 1000,
      routes: [{ out: { name: 'inside' } }],
      addresses: [{ zone: { name: 'uplink' } }],
      memories: [{ memory: { name: 'banned' } }],
    });
  });
});

describe('shapers and balancers', () => {
  it('have rates, classes and a default', () => {
    const { shapes } = policyOf(`${zones}
      table users(id: u32, room: ipv4, limit: rate) = { (1, 10.0.0.1, 5mbit) }
      shape uplink egress rate 6gbit {
        class voice for dscp is ef guarantee 200mbit ceiling 1gbit first
        class rest for from any ceiling 5gbit { each u in users { class u.id for host u.room ceiling u.limit } }
        default class voice
      }
    `);
    expect(shapes).toMatchObject([
      {
        zone: { name: 'uplink' },
        direction: 'egress',
        rate: { of: 'bits', amount: 6e9, perSeconds: 1 },
        link: 'ethernet',
        overhead: 0,
        default: { class: 'voice' },
        body: [
          { name: 'voice', priority: 0, guarantee: { amount: 2e8 } },
          {
            name: 'rest',
            nested: ['source', 'destination'].map((field) => ({
              kind: 'each',
              body: [{ name: { column: 'id' }, ceiling: { column: 'limit' }, condition: { kind: 'address', field } }],
            })),
          },
        ],
      },
    ]);
  });

  it('have addresses, services and a pool', () => {
    const { balances } = policyOf(`
      balance web {
        vip 192.0.2.10, 2001:db8::10 service tcp/443, udp
        pool table backends(ip: ip, weight: u16 = 1) = { (10.0.0.1, 2), (10.0.0.2, 1) }
        forward dnat
      }
    `);
    expect(balances).toMatchObject([
      {
        name: 'web',
        pool: { name: 'backends', rowCount: 2 },
        addressColumn: 'ip',
        weightColumn: 'weight',
        tableSize: 65537,
        hashOn: 'flow',
        fragmentsOn: ['source', 'destination', 'protocol'],
        forward: 'dnat',
      },
    ]);
    expect(balances[0]?.services.toString()).toBe(`${6 * 65536 + 443} ${17 * 65536}-${17 * 65536 + 65535}`);
  });
});

describe('the tables of what may stand where', () => {
  it('are printed for the reference', () => {
    const lines = legalityTables().split('\n');
    expect(lines).toContainEqual(expect.stringMatching(/^\| clause \| mitigate \| raw \| dnat \|/));
    expect(lines).toContainEqual('| `fragment` | yes | yes |  |  |  |  | yes |  |  |  |  |');
    expect(lines).toContainEqual(expect.stringMatching(/^\| `dscp set` \|/));
  });
});
