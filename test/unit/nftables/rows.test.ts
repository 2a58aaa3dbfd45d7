/** Rules of rows: values read by the key, effects beside them, and clauses that must not hold. */
import { expect, test } from 'vitest';
import { artifactOf, partOf } from '../../builders/ruleset.ts';

const table = `table rooms(id: string, room: prefix4 key, mark: u32, dscp: u8 = none, public: ipv4, ports: ports) = {
  ("a", 10.0.0.0/24, 5, 10, 192.0.2.1, 1000-1999), ("b", 10.0.1.0/24, 7, none, 192.0.2.2, 2000)
}\n`;
const forward = (rules: string) => `${table}filter forward default drop { essential off ${rules} }`;

test('each value is read by the key that found the row', () => {
  const ruleset = artifactOf(forward('each r in rooms { allow from r.room and mark set r.mark and count as r.id }'));
  expect(partOf(ruleset, 'chain filter_forward').at(-1)).toBe(
    'ip saddr & 255.255.255.0 @rooms_room meta mark set ip saddr & 255.255.255.0 map @rooms_room_mark ct mark set meta mark ip saddr & 255.255.255.0 @rooms_room_traffic accept',
  );
});

test('a cell that is empty leaves out no more than what it would have been for', () => {
  const ruleset = artifactOf(
    `${table}mangle forward { each r in rooms { dscp set r.dscp from r.room and count as everyone } }`,
  );
  expect(partOf(ruleset, 'add element inet sluice rooms_room_dscp')).toEqual(['10.0.0.0 : jump dscp_10_IPv4']);
  expect(partOf(ruleset, 'chain mangle_forward_each_rooms_dscp_set_from_r_room_ipv4')).toEqual([
    'ip saddr & 255.255.255.0 vmap @rooms_room_dscp',
    'counter name "everyone"',
  ]);
});

test('a range of ports as a target makes all data of the map intervals', () => {
  const ruleset = artifactOf(`${table}nat { each r in rooms { snat tcp from r.room -> r.public:r.ports } }`);
  expect(partOf(ruleset, 'map rooms_room_public_ports')).toEqual([
    'type ipv4_addr : interval ipv4_addr . inet_service',
    'size 4',
    'elements = {',
    '10.0.0.0 : 192.0.2.1/32 . 1000-1999,',
    '10.0.1.0 : 192.0.2.2/32 . 2000',
    '}',
  ]);
});

test('what must not hold returns from a chain before the lookup', () => {
  const ruleset = artifactOf(forward('each r in rooms { allow from r.room not tcp/22, udp/53 }'));
  expect(partOf(ruleset, 'chain filter_forward').at(-1)).toBe('jump filter_forward_rooms_room');
  expect(partOf(ruleset, 'chain filter_forward_rooms_room')).toEqual([
    'meta l4proto . th dport { tcp . 22, udp . 53 } return',
    'ip saddr & 255.255.255.0 @rooms_room accept',
  ]);
});

test('sets say how many elements they hold, with room for more, unless a column changes often', () => {
  const sized = (column: string) => {
    const rows = Array.from({ length: 100 }, (_, index) => `(10.0.${index}.0/24)`).join(', ');
    const rooms = `table rooms(room: prefix4 ${column}) = { ${rows} }\n`;
    return partOf(
      artifactOf(`${rooms}filter forward { each r in rooms { drop from r.room tcp/25 } }`),
      'set rooms_room',
    );
  };
  expect(sized('key')).toContain('size 128');
  expect(sized('key volatile').join()).not.toContain('size');
});

test('rows that are looked up by either end of a packet are one set', () => {
  const rooms = 'table rooms(room: prefix4 key) = { (10.0.1.0/24), (10.0.2.0/24) }\n';
  const ruleset = artifactOf(
    `${rooms}filter forward { each r in rooms { drop from r.room tcp/25 } each r in rooms { drop to r.room tcp/53 } }`,
  );
  expect(ruleset.match(/^\tset /gm)).toHaveLength(1);
  expect(ruleset).toContain('ip saddr & 255.255.255.0 @rooms_room');
  expect(ruleset).toContain('ip daddr & 255.255.255.0 @rooms_room');
});

test('lists that become tables of one name and one key have maps of their own', () => {
  const forwards = (zone: string, inner: string) =>
    [1, 2, 3].map((host) => `dnat in ${zone} tcp/80 to 192.0.2.${host} -> ${inner}.${host}`).join('\n');
  const ruleset = artifactOf(
    `zone a = eth0\nzone b = eth1\nnat { ${forwards('a', '10.0.0')}\n${forwards('b', '10.0.1')} }`,
  );
  const maps = 'map nat_protocol_service_port_destination_address';
  expect(partOf(ruleset, maps)).toContain('tcp . 80 . 192.0.2.1 : 10.0.0.1,');
  expect(partOf(ruleset, `${maps}_destination_nat`)).toContain('tcp . 80 . 192.0.2.1 : 10.0.1.1,');
});
