/** What `nft` lists of counters, as it writes it: 1.0.6. */
import { expect, test } from 'vitest';
import { readCounters } from '../../../backends/nftables/read-counters.ts';

const TEXT = `table inet other {
	counter a_b {
		packets 9 bytes 900
	}
}
table inet sluice {
	counter a_b {
		comment "a/b"
		packets 5 bytes 77
	}

	counter c {
		packets 0 bytes 0
	}

	chain x {
		ip saddr 10.0.0.1 counter packets 3 bytes 4 accept
	}
}
`;

const JSON_TEXT = `{"nftables": [{"metainfo": {"version": "1.0.6"}}, {"counter": {"family": "inet", "name": "a_b", "table": "sluice", "handle": 2, "comment": "a/b", "packets": 5, "bytes": 77}}, {"counter": {"family": "inet", "name": "c", "table": "sluice", "handle": 3, "packets": 0, "bytes": 0}}, {"counter": {"family": "inet", "name": "a_b", "table": "other", "handle": 3, "packets": 9, "bytes": 900}}]}`;

test.each([
  ['text', TEXT],
  ['JSON', JSON_TEXT],
])('of %s, the counters of the one table', (_name, text) => {
  expect(readCounters(text, 'sluice')).toEqual(
    new Map([
      ['a_b', 5],
      ['c', 0],
    ]),
  );
});

test.each([['{"nftables": 1}'], ['{'], ['*filter\nCOMMIT\n'], ['']])('%j is no listing', (text) => {
  expect(readCounters(text, 'sluice')).toBeUndefined();
});
