import { describe, expect, it } from 'vitest';
import { forwardRule, forwardRules, policyOf, rulesOf } from './check-text.ts';
import { show } from './show.ts';

const names = `
zone uplink = eth0
zone inside = eth1
memory banned(address: ip) timeout 1h
let office = 192.0.2.0/28, 2001:db8::/64
service web = tcp/80, tcp/443
service dns = udp/53, tcp/53
table users(id: u32, room: prefix4, room6: prefix6, public: ipv4) = { (1, 10.0.0.0/24, 2001:db8:1::/48, 192.0.2.1) }
table forwards(proto: proto, port: port, room: ipv4) = { (tcp, 80, 10.0.0.1), (udp, 53, 10.0.0.2) }
`;

function shown(clauses: string): string {
  return show(forwardRule(`allow ${clauses}`, names).condition);
}

function shownInMitigate(clauses: string): string {
  const [rule] = rulesOf(policyOf(`${names} mitigate { drop ${clauses} }`).mitigate[0]);
  return rule ? show(rule.condition) : '';
}

describe('addresses', () => {
  it.each([
    ['from office', 'real source in {192.0.2.0/28, 2001:db8::/64}'],
    ['host 10.0.0.1', '(real source in {10.0.0.1} or real destination in {10.0.0.1})'],
    ['from any', 'real source in {0.0.0.0/0, ::/0}'],
    ['original to 10.0.0.1', 'original destination in {10.0.0.1}'],
    ['on wire from 10.0.0.1', 'on wire source in {10.0.0.1}'],
    ['from 10.0.0.0/30 - 10.0.0.1', 'real source in {10.0.0.0, 10.0.0.2/31}'],
    ['from office + 192.0.2.16/28', 'real source in {192.0.2.0/27, 2001:db8::/64}'],
    ['from 10.0.0.1, 10.0.0.3', 'real source in {10.0.0.1, 10.0.0.3}'],
    ['from office + banned', '(real source in {192.0.2.0/28, 2001:db8::/64} or (source) in memory banned)'],
    ['from office - banned', '(real source in {192.0.2.0/28, 2001:db8::/64} and not (source) in memory banned)'],
    ['to address of uplink', 'destination is address of uplink'],
    ['to ::1:2/::ffff:ffff', 'real destination in masked 65538/4294967295'],
    ['to users.public', 'real destination in {192.0.2.1}'],
    ['from office port 1024-65535', '(real source in {192.0.2.0/28, 2001:db8::/64} and source port in {1024-65535})'],
    [
      'host 10.0.0.1 port 53',
      [
        '((real source in {10.0.0.1} and source port in {53})',
        '(real destination in {10.0.0.1} and destination port in {53}))',
      ].join(' or '),
    ],
  ])('%s', (clauses, expected) => {
    expect(shown(clauses)).toBe(expected);
  });

  it('sees what is on the wire in mitigate', () => {
    expect(shownInMitigate('from 10.0.0.1')).toBe('on wire source in {10.0.0.1}');
  });

  it('keeps the name of a set for artifacts', () => {
    expect(forwardRule('allow from office', names).condition).toMatchObject({ kind: 'address', name: 'office' });
    expect(forwardRule('allow to users.room', names).condition).toMatchObject({ kind: 'address', name: 'users.room' });
    expect(forwardRule('allow from 10.0.0.1', names).condition).toMatchObject({ name: undefined });
  });
});

describe('services', () => {
  it.each([
    ['web', `service in {${6 * 65536 + 80} ${6 * 65536 + 443}}`],
    ['tcp/80-81', `service in {${6 * 65536 + 80}-${6 * 65536 + 81}}`],
    ['udp', 'protocol in {17}'],
    ['proto 253', 'protocol in {253}'],
    ['icmp', 'protocol in {1 58}'],
    ['icmp4 3/4', 'icmp4 in {772}'],
    ['icmp6 128', 'icmp6 in {32768-33023}'],
    ['icmp echo-request', '(icmp4 in {2048-2303} or icmp6 in {32768-33023})'],
    [
      'dns, gre, icmp echo-reply',
      [
        `(service in {${6 * 65536 + 53} ${17 * 65536 + 53}}`,
        'protocol in {47}',
        'icmp4 in {0-255}',
        'icmp6 in {33024-33279})',
      ].join(' or '),
    ],
    ['web & tcp/443', `service in {${6 * 65536 + 443}}`],
    ['tcp & web', `service in {${6 * 65536 + 80} ${6 * 65536 + 443}}`],
    ['web - tcp/443', `service in {${6 * 65536 + 80}}`],
    ['tcp - tcp/22', `(protocol in {6} and not service in {${6 * 65536 + 22}})`],
  ])('%s', (clauses, expected) => {
    expect(shown(clauses)).toBe(expected);
  });

  it('compares with the cells of a row', () => {
    const [rule] = forwardRules('each f in forwards { allow to f.room f.proto/f.port }', names);
    expect(rule && show(rule.condition)).toBe('(real destination in f.room and service f.proto/f.port)');
  });

  it('takes a protocol with the ports of a row, and a protocol of a row with all its ports', () => {
    const rules = forwardRules('each f in forwards { allow tcp/f.port drop f.proto/80 }', names);
    expect(rules.map((rule) => show(rule.condition))).toEqual(['service 6/f.port', 'service f.proto/{80}']);
  });
});

describe('other clauses', () => {
  it.each([
    ['in inside out uplink', '(in inside and out uplink)'],
    ['dscp is ef, 10', 'dscp in {10 46}'],
    ['mark is 0x10/0xf0', 'mark & 240 == 16'],
    ['mark is 1, 5', '(mark in {1} or mark in {5})'],
    ['tcp flags syn', 'tcp flags & 2 == 2'],
    ['tcp flags syn/syn+ack+rst', 'tcp flags & 22 == 2'],
    ['tcp flags none', 'tcp flags & 255 == 0'],
    ['length 100-200', 'length in {100-200}'],
    ['ttl 255', 'ttl in {255}'],
    ['mac 02:00:00:00:00:01', 'source mac in {2199023255553}'],
    ['ipv6', 'family in {6}'],
    ['until 2026-12-31', `until ${Date.UTC(2027, 0, 1) / 1000}`],
    ['during 22:00-06:00 fri-sat +01:00', 'during 1320-360 on 56 at 60'],
    ['during 08:00-18:00', 'during 480-1080 on 0123456 at 0'],
    ['not in inside', 'not in inside'],
    ['not web', `not service in {${6 * 65536 + 80} ${6 * 65536 + 443}}`],
    ['ipv4 not from 10.0.0.0/8', '(family in {4} and not real source in {10.0.0.0/8})'],
    ['from 10.0.0.0/8 not to 10.1.0.0/16', '(real source in {10.0.0.0/8} and not real destination in {10.1.0.0/16})'],
    ['opaque nftables "ct zone 5"', 'nftables: ct zone 5'],
  ])('%s', (clauses, expected) => {
    expect(shown(clauses)).toBe(expected);
  });

  it('tells fragments and VLANs apart in mitigate', () => {
    expect(shownInMitigate('fragment')).toBe('fragment in {1-2}');
    expect(shownInMitigate('fragment later vlan 100-199')).toBe('(fragment in {2} and vlan in {100-199})');
  });

  it('knows states where packets are judged', () => {
    const { filters } = policyOf('filter input stateless { allow state established, related }');
    expect(rulesOf(filters.input).map((rule) => show(rule.condition))).toEqual(['state in {1-2}']);
  });
});

describe('where', () => {
  it.each([
    ['where length > 1400', 'length in {1401-4294967295}'],
    ['where length <= 100', 'length in {0-100}'],
    ['where 100 >= length', 'length in {0-100}'],
    ['where ttl != 64', 'ttl in {0-63 65-255}'],
    ['where protocol == udp', 'protocol in {17}'],
    ['where source port in 1024-65535', 'source port in {1024-65535}'],
    ['where source in office', 'real source in {192.0.2.0/28, 2001:db8::/64}'],
    [
      'where destination != office',
      '(real destination in {0.0.0.0/0, ::/0} and not real destination in {192.0.2.0/28, 2001:db8::/64})',
    ],
    ['where source == destination', 'source == destination'],
    ['where mark & 0xff == 0x10', 'mark & 255 == 16'],
    ['where mark & 0xff != 0x10', '(mark in {0-4294967295} and not mark & 255 == 16)'],
    ['where payload[0..1] == 0x0102', 'payload 0..1 & ffff == 0102'],
    ['where payload[4..6] == "GET"', 'payload 4..6 & ffffff == 474554'],
    ['where not (ttl == 1 or ttl == 2)', 'not (ttl in {1} or ttl in {2})'],
    ['where dscp == ef and length < 100', '(dscp in {46} and length in {0-99})'],
  ])('%s', (clauses, expected) => {
    expect(shown(clauses)).toBe(expected);
  });
});
