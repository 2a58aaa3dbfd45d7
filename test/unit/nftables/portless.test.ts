/**
 * What goes by ports, in rules about packets that have none. It never happens, and nft 1.0.6 could not list a set of ports
 * behind `meta l4proto gre`: an assertion of its own fails.
 */
import { expect, test } from 'vitest';
import { artifactOf, partOf } from '../../builders/ruleset.ts';

const head = `zone uplink = uplink0
service tunnels = gre
memory talked(from: ip, port: port) timeout 1h\n`;

test('a memory by ports learns nothing of them', () => {
  const ruleset = artifactOf(`${head}mangle forward { remember source, destination port in talked tunnels }`);
  expect(ruleset).not.toContain('talked');
});

test('a limit by ports lets none of them through', () => {
  const ruleset = artifactOf(
    `${head}filter forward default drop { essential off allow tunnels up to 3/hour per destination port }`,
  );
  expect(ruleset).not.toContain('gre');
});

test('a limit before it that others share is charged all the same', () => {
  const ruleset = artifactOf(`${head}filter forward default drop {
    essential off
    allow tunnels up to 3/hour bucket all up to 2/hour per destination port
    allow udp up to 3/hour bucket all
  }`);
  expect(partOf(ruleset, 'chain filter_forward').join('\n')).toMatch(/meta l4proto gre.* limit name "limit_all"/);
});
