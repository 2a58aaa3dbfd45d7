/** The ClassBench sets, whatever becomes of their lists in nft: the text is read back and compared whole. */
import { expect, test } from 'vitest';
import { compareReadBack } from '../../compiler/proof/machine/read-back.ts';
import { CLASSBENCH_SEEDS, classbenchPath, classbenchPolicy, readClassbench } from '../builders/classbench.ts';
import { policyReadBack } from '../builders/read-back.ts';
import { count } from '../sampling.ts';
import { sharedBytes } from '../shared-data.ts';

const SETS = count(1, 12) === 1 ? (['fw1', 'ipc2'] as const) : CLASSBENCH_SEEDS;
const SIZE = count(1, 10) === 1 ? '1k' : '10k';

for (const name of SETS) {
  test(`${name}, ${SIZE} rules`, (context) => {
    const rules = readClassbench(new TextDecoder().decode(sharedBytes(context, classbenchPath(name, SIZE))));
    const { machine, program } = policyReadBack(classbenchPolicy(rules, { reserve: true }))!;
    const { parts, diagnostics } = compareReadBack({ machine }, program);
    expect(diagnostics).toEqual([]);
    expect(parts).toEqual([{ kind: 'the same', part: 'filter forward' }]);
  });
}
