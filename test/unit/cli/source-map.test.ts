import { expect, test } from 'vitest';
import type { TargetOutput } from '../../../compiler/compile.ts';
import { sourceMapContent } from '../../../cli/output/source-map.ts';
import type { SourceMapEntry } from '../../../compiler/plane.ts';

const source = { path: 'policy.sluice', text: 'zone a = eth0\n  drop\n' };

function entry(path: string, line: number, start: number, end: number): SourceMapEntry {
  return { path, line, origin: `rule ${line}`, span: { source, start, end } };
}

function targetOf(name: string, sourceMap: readonly SourceMapEntry[]): TargetOutput {
  const plane = {
    plane: 'nftables',
    build: '',
    artifacts: [],
    sourceMap,
    proved: undefined,
    compared: undefined,
    compareOther: undefined,
    figures: {},
    load: [],
    makes: [],
    unload: [],
    since: undefined,
  };
  return { name, planes: [plane], placements: [], balances: [], shapes: [], idle: [], gone: [] };
}

function mapOf(targets: readonly TargetOutput[]): unknown {
  return JSON.parse(Buffer.concat(sourceMapContent(targets)).toString());
}

test('entries stand by artifact, in the order of lines, with places counted from 1', () => {
  const target = targetOf('router', [entry('b.nft', 9, 16, 20), entry('b.nft', 2, 0, 13), entry('a.nft', 1, 5, 6)]);
  expect(mapOf([target, targetOf('spare', [entry('b.nft', 1, 0, 4)])])).toEqual({
    'router/b.nft': [
      { line: 2, rule: 'rule 2', source: 'policy.sluice', from: '1:1', to: '1:14' },
      { line: 9, rule: 'rule 9', source: 'policy.sluice', from: '2:3', to: '2:7' },
    ],
    'router/a.nft': [{ line: 1, rule: 'rule 1', source: 'policy.sluice', from: '1:6', to: '1:7' }],
    'spare/b.nft': [{ line: 1, rule: 'rule 1', source: 'policy.sluice', from: '1:1', to: '1:5' }],
  });
});

test('without entries it is an empty object', () => {
  expect(mapOf([targetOf('router', [])])).toEqual({});
});
