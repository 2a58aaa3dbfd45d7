/**
 * Pairs of policies, a folder each: `old.sluice`, `new.sluice` and what they read, and in `expected.txt` what `sluice diff` says.
 * `SLUICE_UPDATE=1` writes that anew. Each sample is held against both policies by the reference semantics where it is a whole
 * packet's way that differs.
 */
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { questionText } from '../../../compiler/3-check/statements/questions.ts';
import { checkPolicy } from '../../../compiler/check.ts';
import { diffPolicies, type PolicyDifference } from '../../../compiler/diff/policies.ts';
import { explainPackets } from '../../../compiler/explain/packet.ts';
import type { Policy } from '../../../compiler/model/index.ts';
import { differenceText } from '../../../cli/terminal/policy-diff.ts';
import { inputsOfFolder } from '../../builders/inputs-of-folder.ts';

const here = new URL('./', import.meta.url);
const update = process.env['SLUICE_UPDATE'] === '1';
const today = { year: 2026, month: 6, day: 15 };

const cases = readdirSync(here, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => entry.name);

function policyOf(folder: URL, file: string, question?: string) {
  const source = { path: file, text: readFileSync(new URL(file, folder), 'utf8') };
  const asked = question === undefined ? [] : [{ path: 'sample', text: questionText(question) }];
  const { policy, questions, diagnostics } = checkPolicy(source, inputsOfFolder(folder, today), asked);
  expect(diagnostics.map(({ message }) => message)).toEqual([]);
  return { policy: policy!, questions };
}

/** What may become of a sample, by the reference semantics. */
function fates(folder: URL, file: string, sample: string): readonly string[] {
  const { policy, questions }: { policy: Policy; questions: Parameters<typeof explainPackets>[1] } = policyOf(
    folder,
    file,
    sample,
  );
  return explainPackets(policy, questions, 0).flatMap(({ ways }) => ways.map(({ fate }) => fate));
}

type Change = PolicyDifference['targets'][number]['changes'][number];

/** Whether the change shows in what becomes of a packet, and nothing else but the packet decides. */
function shows({ stage, aspect, region, sample, after, before }: Change): boolean {
  if (!sample || `${before}${after}`.includes(', else ')) return false;
  const hangsOnMore = region.parts.some(({ sets }) => [...sets.keys()].some((key) => key.startsWith('{')));
  return stage.startsWith('filter ') && aspect === undefined && !hangsOnMore;
}

describe('two policies differ', () => {
  it.each(cases)('%s', (name) => {
    const folder = new URL(`${name}/`, here);
    const [old, later] = ['old.sluice', 'new.sluice'].map((file) => policyOf(folder, file).policy);
    const difference = diffPolicies(old!, later!);
    const shown = differenceText(difference, { old: (path) => path, new: (path) => path });
    const expected = new URL('expected.txt', folder);
    if (update) writeFileSync(expected, shown);
    expect(existsSync(expected), 'no expected.txt: look at what is said, then run with SLUICE_UPDATE=1').toBe(true);
    expect(shown).toBe(readFileSync(expected, 'utf8'));
    for (const change of difference.targets.flatMap(({ changes }) => changes).filter(shows)) {
      const sample = change.sample!.text;
      const [was, is] = ['old.sluice', 'new.sluice'].map((file) => fates(folder, file, sample));
      expect(was, `${change.where}: ${sample}`).not.toEqual(is);
    }
  });
});
