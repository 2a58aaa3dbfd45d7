/** Planes that a version of Sluice has been built without. */
import { expect, it } from 'vitest';
import { nftables } from '../../../backends/nftables/index.ts';
import { lowerPolicy } from '../../../compiler/compile.ts';
import { renderFindings } from '../../../compiler/diagnostics/render.ts';
import { inputsWith } from '../../builders/ruleset.ts';

it('tells which planes there are where a target names another', () => {
  const text = 'zone uplink = eth0\nfilter forward default drop { }\ntarget core {\n  nftables\n  tc on eth0\n}\n';
  const { diagnostics } = lowerPolicy({ path: 'policy.sluice', text }, inputsWith({}), { planes: [nftables] });
  expect(renderFindings(diagnostics)).toBe(`error[SL0552]: no plane \`tc\` in this version
 --> policy.sluice:5:3
  |
5 |   tc on eth0
  |   ^^^^^^^^^^
hint: Planes of this version: \`nftables\`. Remove the line from target \`core\`.

1 error
`);
});
