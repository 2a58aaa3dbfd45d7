/** Searches side by side, as nft carries them out. */
import { expect, test } from 'vitest';
import { artifactOf, partOf } from '../../builders/ruleset.ts';

/** Every source meets every destination, and who comes first decides. */
const CROSSED = Array.from({ length: 300 }, (_, at) =>
  at % 2 === 0
    ? `allow from 10.${at % 256}.${at >> 8}.0/24 tcp/${1000 + (at % 7)}`
    : `drop to 172.16.${at % 256}.0/24 tcp/${1000 + (at % 5)}`,
);

test('a search that is one lookup is asked in place, and later ones only where they may find something better', () => {
  const ruleset = artifactOf(
    `filter forward stateless default drop { essential off ${CROSSED.join('\n')} }
target router { marks reserve 0x00ffff00
  nftables }`,
  );
  expect(partOf(ruleset, 'chain filter_forward_ranked')).toEqual([
    'meta mark set meta mark & 0xffff00ff',
    'ip saddr & 255.255.255.0 vmap @filter_forward_ranked_from_ipv4',
    'meta mark & 0xff00 < 0x9d00 ip daddr & 255.255.255.0 vmap @filter_forward_ranked_to_ipv4',
    'meta mark & 0xff00 == 0x0 return',
    'meta mark & 0x100 == 0x0 meta mark set meta mark & 0xffff00ff accept',
    'drop',
  ]);
  // What the first search finds has nothing to be compared with.
  const ofFirst = ruleset.split('\n').filter((line) => /meta mark set .* return/.test(line) && !line.includes(' < '));
  expect(ofFirst.length).toBeGreaterThan(0);
});
