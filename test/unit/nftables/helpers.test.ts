/** `helper`: an object of the table for each protocol of a helper, and the modules that hold it. */
import { expect, test } from 'vitest';
import { artifactOf, partOf, refusalsOf } from '../../builders/ruleset.ts';

const policy = (rules: string, rest = '') => `zone uplink = uplink0\nfilter forward default drop { ${rules} }\n${rest}`;

test('a flow gets the helper for its protocol', () => {
  const ruleset = artifactOf(policy('allow udp/5060 and helper sip'));
  expect(partOf(ruleset, 'ct helper sip_udp')).toEqual(['type "sip" protocol udp;']);
  expect(partOf(ruleset, 'chain filter_forward').at(-1)).toBe(
    'udp dport 5060 ct helper set "sip_udp" ct helper set "sip_tcp" accept',
  );
});

test('the host loads its modules, and those that translate what it reads', () => {
  const modules = (text: string) =>
    artifactOf(text, 'host/modules.conf')
      .split('\n')
      .filter((line) => line.startsWith('nf_'));
  expect(modules(policy('allow tcp/21 and helper ftp'))).toEqual(['nf_conntrack_ftp']);
  expect(modules(policy('allow tcp/21 and helper ftp', 'nat { masquerade out uplink }'))).toEqual([
    'nf_conntrack_ftp',
    'nf_nat_ftp',
  ]);
  expect(() => artifactOf(policy('allow tcp/21'), 'host/modules.conf')).toThrow('no host/modules.conf');
});

test('a helper that Linux does not have is refused', () => {
  expect(refusalsOf(policy('allow tcp/21 and helper quake'))).toEqual([
    'allow tcp/21 and helper quake: Linux has no connection tracking helper `quake`',
  ]);
});
