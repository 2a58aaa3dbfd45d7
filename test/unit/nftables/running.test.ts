import { expect, test } from 'vitest';
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
