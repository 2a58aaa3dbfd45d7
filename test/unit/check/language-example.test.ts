import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { checkPolicy } from '../../../compiler/check.ts';
import { renderFindings } from '../../../compiler/diagnostics/render.ts';
import { inputsOfFolder } from '../../builders/inputs-of-folder.ts';

const folder = new URL('./language-example/', import.meta.url);

it('takes the whole example of the language', () => {
  const text = readFileSync(new URL('policy.sluice', folder), 'utf8');
  const { policy, diagnostics } = checkPolicy({ path: 'policy.sluice', text }, inputsOfFolder(folder, undefined));
  expect(renderFindings(diagnostics)).toBe('');
  expect(policy?.unsupported.map(({ construct }) => construct)).toEqual(['tenant', 'tunnel', 'host']);
  expect(policy?.zones.map(({ name }) => name)).toEqual(['uplink', 'inside']);
  expect(Object.keys(policy?.filters ?? {})).toEqual(['input', 'forward']);
  expect(policy?.filters.forward?.essential).toHaveLength(1);
  expect(policy?.shapes[0]?.body.map(({ origin }) => origin.name)).toEqual([
    'shape uplink egress/class-voice',
    // Once by the source, once by the destination.
    'shape uplink egress/each-users',
    'shape uplink egress/each-users',
  ]);
});
