import { expect, test } from 'vitest';
import { runningAsWritten } from '../../../backends/nftables/running/as-written.ts';
import { compareListings } from '../../../backends/nftables/running/compare.ts';

const BUILT = `table inet sluice {
	comment "Made by Sluice"
	counter smtp {
	}

	set banned_ipv4 {
		type ipv4_addr
		flags dynamic,timeout
		timeout 1h
	}

	map rooms_public {
		type ipv4_addr : ipv4_addr
		size 3
		elements = { 10.1.0.0 counter packets 0 bytes 0 comment "a, }" : 198.51.100.1,
			     10.1.1.0 : 198.51.100.2, 10.1.2.0 : 198.51.100.3 }
	}

	chain build_aaaa {
	}

	chain filter_input {
		type filter hook input priority filter; policy drop;
		tcp dport 22 accept
		tcp dport 80 accept
	}
}
`;

const compared = (running: string) => compareListings('inet sluice', running, BUILT);

test('what packets have changed since, and the order of elements, is no difference', () => {
  const running = BUILT.replace('packets 0 bytes 0', 'packets 7 bytes 900')
    .replace('10.1.1.0 : 198.51.100.2, 10.1.2.0 : 198.51.100.3', '10.1.2.0 : 198.51.100.3, 10.1.1.0 : 198.51.100.2')
    .replace('timeout 1h\n', 'timeout 1h\n\t\telements = { 9.9.9.9 expires 59m3s }\n');
  expect(running).not.toBe(BUILT);
  expect(compared(running)).toEqual({ build: 'aaaa', differences: [] });
});

test('rules, elements and whole parts differ by themselves', () => {
  const running = BUILT.replace('\t\ttcp dport 80 accept\n', '\t\ttcp dport 80 drop\n')
    .replace('10.1.1.0 : 198.51.100.2, ', '')
    .replace('chain build_aaaa', 'chain build_bbbb')
    .replace('counter smtp', 'counter ssh');
  const differences = compared(running)?.differences.map(({ part, presence, onlyRunning, onlyBuilt }) => [
    part,
    presence,
    onlyRunning,
    onlyBuilt,
  ]);
  expect(compared(running)?.build).toBe('bbbb');
  expect(differences).toEqual([
    ['counter smtp', 'built', [], []],
    ['map rooms_public', 'both', [], ['10.1.1.0 : 198.51.100.2']],
    ['chain filter_input', 'both', ['tcp dport 80 drop'], ['tcp dport 80 accept']],
    ['counter ssh', 'running', [], []],
  ]);
});

test('the order of rules is one', () => {
  const rules = '\t\ttcp dport 22 accept\n\t\ttcp dport 80 accept\n';
  const running = BUILT.replace(rules, '\t\ttcp dport 80 accept\n\t\ttcp dport 22 accept\n');
  expect(compared(running)?.differences).toMatchObject([{ part: 'chain filter_input', isReordered: true }]);
});

test('a rule that is there twice differs from one that is there once', () => {
  const running = BUILT.replace('\t\ttcp dport 22 accept\n', '\t\ttcp dport 22 accept\n\t\ttcp dport 22 accept\n');
  expect(compared(running)?.differences).toMatchObject([{ onlyRunning: ['tcp dport 22 accept'], onlyBuilt: [] }]);
});

test('another table is none of ours', () => {
  expect(compared(BUILT.replace('inet sluice', 'ip sluice'))).toBeUndefined();
});

const WRITTEN = `table inet sluice
delete table inet sluice

table inet sluice {
	comment "Made by Sluice"

	counter smtp {
	}

	# what banned is
	set banned_ipv4 {
		type ipv4_addr
		flags dynamic,timeout
		timeout 1h
	}

	map rooms_public {
		type ipv4_addr : ipv4_addr
		size 3
	}

	chain build_aaaa {
	}

	chain filter_input {
		type filter hook input priority filter; policy drop;

		# ssh
		tcp dport { 22 } accept
		tcp dport { 80 } accept
	}
}

add element inet sluice rooms_public {
	10.1.0.0 counter comment "a, }" : 198.51.100.1,
	10.1.1.0 : 198.51.100.2, 10.1.2.0 : 198.51.100.3
}
`;

const asWritten = (running: string) => runningAsWritten('inet sluice', running, BUILT, WRITTEN)?.split('\n') ?? [];

test('what runs as it was built stands as it was written', () => {
  const lines = asWritten(BUILT);
  expect(lines).toContain('tcp dport { 22 } accept');
  expect(lines.slice(lines.indexOf('add element inet sluice rooms_public {'))).toEqual([
    'add element inet sluice rooms_public {',
    '10.1.0.0 counter comment "a, }" : 198.51.100.1,',
    '10.1.1.0 : 198.51.100.2, 10.1.2.0 : 198.51.100.3',
    '}',
    '',
  ]);
});

test('rules and elements that run otherwise stand as nft lists them, in their order', () => {
  const lines = asWritten(
    BUILT.replace('\t\ttcp dport 22 accept\n', '\t\tip ttl 1 drop\n\t\ttcp dport 22 accept\n').replace(
      '10.1.1.0 : 198.51.100.2, ',
      '',
    ),
  );
  const chain = lines.indexOf('chain filter_input {');
  expect(lines.slice(chain + 2, chain + 5)).toEqual([
    'ip ttl 1 drop',
    'tcp dport { 22 } accept',
    'tcp dport { 80 } accept',
  ]);
  expect(lines).toContain('10.1.2.0 : 198.51.100.3');
  expect(lines.join()).not.toContain('10.1.1.0');
});

test('of a listing that does not fit what was written, nothing is told', () => {
  const written = WRITTEN.replace('\t\ttcp dport { 80 } accept\n', '');
  expect(runningAsWritten('inet sluice', BUILT, BUILT, written)).toBeUndefined();
});
