/** Whole rule sets, read back: sets and their elements, chains and where packets enter them, and what is refused. */
import { describe, expect, it } from 'vitest';
import { readBack } from '../../../backends/nftables/readback/index.ts';
import type { Machine } from '../../../compiler/proof/machine/form.ts';
import { machineOf } from '../../builders/read-back.ts';
import { setText, statementTexts } from '../../builders/statement-text.ts';

/** A table with these lines in it, and these behind it. */
const table = (inside: string, behind = '') => `#!/usr/sbin/nft -f
table inet sluice
delete table inet sluice

table inet sluice {
	comment "Sluice test"
${inside}
}
${behind}`;

const set = (machine: Machine, name: string) => setText(machine.sets.get(name)!);

/** What is said of a rule set that is not understood. */
function faultOf(text: string): string {
  const result = readBack([new TextEncoder().encode(text)], new Map());
  if ('machine' in result) throw new Error('it was understood');
  const [finding] = result.diagnostics;
  return `${finding!.code} ${finding!.message}`;
}

describe('sets', () => {
  it('have elements in place, and more behind the table', () => {
    const machine = machineOf(
      table(
        `
	# addresses
	set admins {
		type ipv4_addr
		flags interval
		elements = {
			10.0.0.1,
			10.1.0.0/16,
			10.2.0.0-10.2.0.9
		}
	}

	map rooms {
		type ipv4_addr . inet_service : verdict
		size 8
	}

	chain guests {
		drop
	}`,
        `
add element inet sluice rooms {
	10.0.0.1 . 22 : jump guests,
	10.0.0.2 . 80 : accept
}

add element inet sluice rooms {
	10.0.0.3 . 22 : jump guests
}`,
      ),
    );
    expect(set(machine, 'admins')).toBe('{ 167772161, 167837696-167903231, 167903232-167903241 }');
    expect(set(machine, 'rooms')).toBe(
      '{ 167772161 . 22 : jump guests, 167772162 . 80 : accept, 167772163 . 22 : jump guests }',
    );
    expect(machine.sets.get('rooms')!.size).toBe(8);
  });

  it('have data, counters and limits', () => {
    const machine = machineOf(
      table(`
	map publics {
		type ipv6_addr : ipv6_addr . inet_service
		elements = {
			::1 : 2001:db8::1 . 80
		}
	}
	set sent {
		type ipv4_addr
		counter
		elements = {
			10.0.0.1 counter comment "7, and } more",
			10.0.0.2 counter comment "8"
		}
	}
	set slow {
		type ether_addr
		limit rate 3/day burst 2 packets
		elements = {
			00:00:00:00:00:01 limit rate 3/day burst 2 packets
		}
	}
	set during {
		typeof meta day . meta hour
		flags interval
		elements = {
			1 . 0-3599
		}
	}
	set buckets {
		type inet_proto . ifname
		size 65536
		flags dynamic,timeout
		timeout 1m30s
	}
	limit all {
		rate over 10/minute burst 5 packets
	}
	counter seen {
	}
	ct helper ftp_tcp {
		type "ftp" protocol tcp;
	}`),
    );
    expect(set(machine, 'publics')).toBe(`1 : ${0x20010db8_00000000_00000000_00000001n} . 80`);
    expect(set(machine, 'sent')).toBe(
      '{ 167772161 counted=true comment=7, and } more, 167772162 counted=true comment=8 }',
    );
    const limit = '{"over":false,"amount":3,"perSeconds":86400,"of":"packets","burst":2}';
    expect(set(machine, 'slow')).toBe(`1 limit=${limit}`);
    expect(set(machine, 'during')).toBe('1 . 0-3599');
    expect(machine.sets.get('buckets')).toMatchObject({ isDynamic: true, timeout: 90_000, size: 65_536, count: 0 });
    expect([...machine.limits]).toEqual([['all', { over: true, amount: 10, perSeconds: 60, of: 'packets', burst: 5 }]]);
    expect([...machine.counters]).toEqual(['seen']);
    expect([...machine.helpers]).toEqual([['ftp_tcp', { helper: 'ftp', protocol: 6 }]]);
  });
});

describe('chains', () => {
  it('have rules in order, and a way in', () => {
    const machine = machineOf(
      table(`
	chain mitigate {
		type filter hook ingress devices = { "eth0", "eth1" } priority -500; policy accept;

		# policy.sluice:3: drop from martians
		ip saddr 127.0.0.0/8 drop comment "mitigate/drop-from-martians"
		goto last
	}
	chain last {
		return
	}
	chain late {
		type nat hook postrouting priority srcnat - 5; policy drop;
	}`),
    );
    const [mitigate, last, late] = ['mitigate', 'last', 'late'].map((name) => machine.chains.get(name)!);
    expect(mitigate!.entry).toEqual({
      type: 'filter',
      hook: 'ingress',
      priority: -500,
      devices: ['eth0', 'eth1'],
      policy: 'accept',
    });
    expect(mitigate!.rules.map(({ statements }) => statementTexts(statements))).toEqual([
      'family in 4 | source/4 in 2130706432-2147483647 | drop',
      'goto last',
    ]);
    expect(mitigate!.rules[0]!.line).toBe(12);
    expect(last!.entry).toBeUndefined();
    expect(late!.entry).toMatchObject({ type: 'nat', hook: 'postrouting', priority: 95, policy: 'drop' });
  });
});

it('reads text in pieces that end anywhere', () => {
  const bytes = new TextEncoder().encode(table('\tchain one {\n\t\tip saddr 10.0.0.1 accept\n\t}'));
  for (let at = 0; at < bytes.length; at += 7) {
    const result = readBack([bytes.subarray(0, at), bytes.subarray(at)], new Map());
    expect('machine' in result && result.machine.chains.get('one')!.rules).toHaveLength(1);
  }
});

describe('what is not understood is an error', () => {
  it.each([
    ['a statement', table('\tchain one {\n\t\tqueue num 3\n\t}'), '8: `queue num` is no statement that is known'],
    ['a part of a table', table('\tflowtable fast {\n\t}'), '7: `flowtable` is no part of a table that is known'],
    ['a type', table('\tset one {\n\t\ttype rt_classid\n\t}'), '8: a set of a type that is not known'],
    [
      'a hook',
      table('\tchain one {\n\t\ttype filter hook egress priority 0; policy accept;\n\t}'),
      '8: `egress` where',
    ],
    ['a text that ends', table('').replace('}', ''), '8: the text ends too early'],
    [
      'an element',
      table('\tset one {\n\t\ttype ipv4_addr\n\t\telements = {\n\t\t\t10.0.0.1,\n\t\t\t10.0.0\n\t\t}\n\t}'),
      '11: `10.0.0` where an address or a range was expected',
    ],
    [
      'an interval in a set of values',
      table('\tset one {\n\t\ttype ipv4_addr\n\t\telements = {\n\t\t\t10.0.0.0/8\n\t\t}\n\t}'),
      'an interval in a set of single values',
    ],
    [
      'more elements than there is room for',
      table('\tset one {\n\t\ttype ipv4_addr\n\t\tsize 1\n\t\telements = {\n\t\t\t1.1.1.1,\n\t\t\t1.1.1.2\n\t\t}\n\t}'),
      '2 elements in a set of at most 1',
    ],
    ['elements of no set', table('', 'add element inet sluice one {\n\t1.1.1.1\n}'), 'that is not there'],
    ['another table', table('', 'add element inet other one {\n\t1.1.1.1\n}'), '`other` where `sluice` was expected'],
    [
      'a table that stays',
      table('').replace('delete table inet sluice\n', ''),
      '4: `table` where `delete` was expected',
    ],
    ['a chain that is not there', table('\tchain one {\n\t\tjump two\n\t}'), '8: there is no chain `two`'],
    [
      'a jump to a base chain',
      table('\tchain one {\n\t\ttype nat hook input priority 0; policy accept;\n\t}\n\tchain two {\n\t\tjump one\n\t}'),
      '11: `one` is a base chain, which nothing can jump to',
    ],
    ['a set that is not there', table('\tchain one {\n\t\tip saddr @two\n\t}'), '8: there is no set `two`'],
    [
      'a set of other keys',
      table('\tset two {\n\t\ttype ipv6_addr\n\t}\n\tchain one {\n\t\tip saddr @two\n\t}'),
      '11: `two` is no set of such keys, or no such set',
    ],
    [
      'a map that is no set',
      table('\tmap two {\n\t\ttype ipv4_addr : verdict\n\t}\n\tchain one {\n\t\tip saddr @two\n\t}'),
      '11: `two` is no set of such keys, or no such set',
    ],
    [
      'a counter that is not there',
      table('\tchain one {\n\t\tcounter name "two"\n\t}'),
      '8: there is no counter `two`',
    ],
    ['a limit that is not there', table('\tchain one {\n\t\tlimit name "two"\n\t}'), '8: there is no limit `two`'],
    ['two chains of one name', table('\tchain one {\n\t}\n\tchain one {\n\t}'), '10: two chains `one`'],
  ])('%s', (_what, text, message) => {
    const fault = faultOf(text);
    expect(fault).toMatch(/^SL0702 ruleset\.nft:\d+: /);
    expect(fault).toContain(message);
  });
});
