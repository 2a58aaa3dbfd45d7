/** Policies and packets on which kernel and reference once differed: never again. */
import { expect, test } from 'vitest';
import { buildPolicy } from './conformance/build.ts';
import { examineScript } from './conformance/examine.ts';
import { keptCases } from './conformance/kept-cases.ts';
import { describeWithKernel } from './harness/require-kernel.ts';

describeWithKernel('kernel conformance of cases that once failed', () => {
  test.each(keptCases())('$name', async ({ text, options, script }) => {
    const outcome = buildPolicy(text, options);
    if (outcome.kind === 'refused') throw new Error(outcome.diagnostics.map(({ message }) => message).join('\n'));
    const { report, result } = await examineScript(text, outcome.built, script);
    expect(report).toBeUndefined();
    expect(result.compared).toBeGreaterThan(0);
  });
});
