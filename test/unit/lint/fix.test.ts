/** `--fix`: what is mended, and that nothing is which would change what a packet meets. */
import { expect, test } from 'vitest';
import { nftables } from '../../../backends/nftables/index.ts';
import { checkPolicy } from '../../../compiler/check.ts';
import { fixPolicy, meanTheSame } from '../../../compiler/lint/fix.ts';
import { EXAMPLE_DAY } from '../../../compiler/lint/rule.ts';
import { inputsOfFolder } from '../../builders/inputs-of-folder.ts';
import { lintText } from './lint-text.ts';

const inputs = inputsOfFolder(new URL('./', import.meta.url), EXAMPLE_DAY);

function fixed(text: string): string | undefined {
  return fixPolicy({ path: 'policy.sluice', text }, inputs, lintText(text).findings, nftables.prices)?.text;
}

function mean(one: string, other: string): boolean {
  const [before, after] = [one, other].map((text) => checkPolicy({ path: 'policy.sluice', text }, inputs).policy);
  return meanTheSame(before!, after!, nftables.prices);
}

test('rules that change nothing go, with what is said of them', () => {
  const text = `filter forward default drop {
  allow from 10.1.0.0/16 tcp/443
  allow from 10.0.0.0/8, 10.2.0.0/16 tcp/443
  ## Mail, of the old office.
  drop from 10.7.0.0/16 tcp/443
  allow from 192.0.2.0/24
}
`;
  expect(fixed(text)).toBe(`filter forward default drop {
  allow from 10.0.0.0/8 tcp/443
  allow from 192.0.2.0/24
}
`);
});

test('limits, tables and other blocks stay as they are', () => {
  const text = `zone uplink = eth0
table rooms(net: prefix4 key, port: port) = { (10.1.0.0/24, 80), (10.2.0.0/24, 443) }
nat { masquerade ipv4 from 10.0.0.0/8 out uplink }
filter forward default drop {
  each r in rooms { allow to r.net tcp/r.port }
  allow icmp echo-request up to 5/second per source
  allow from 10.0.0.0/8
  allow from 10.3.0.0/16
}
`;
  expect(fixed(text)).toBe(text.replace('  allow from 10.3.0.0/16\n', ''));
});

test.each([
  ['a rule less', 'allow from 10.0.0.0/8', ''],
  ['more addresses', 'allow from 10.0.0.0/8', 'allow from 10.0.0.0/7'],
  ['another verdict', 'allow from 10.0.0.0/8', 'reject from 10.0.0.0/8'],
  ['another default', 'default drop', 'default reject'],
])('a policy with %s is another one', (_, from, to) => {
  const text = 'filter forward default drop {\n  allow from 10.0.0.0/8\n  allow from 192.0.2.0/24 tcp/443\n}\n';
  expect(mean(text, text)).toBe(true);
  expect(mean(text, text.replace(from, to))).toBe(false);
});
