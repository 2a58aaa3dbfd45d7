/** `each` as lookups. */
import { mutationsOf } from '../mutation.ts';

export const rows = [
  ...mutationsOf('compiler/6-plan/row-keys.ts', [
    {
      name: 'a negated cell finds the row',
      original: 'const part = atom.negated ? [] : cellKey(atom.test, row);',
      replacement: 'const part = cellKey(atom.test, row);',
      why: 'a lost negation',
    },
    {
      name: 'the protocol beside a port of a row is forgotten',
      original: "if (typeof protocol === 'number') {",
      replacement: "if (typeof protocol === 'string') {",
      why: 'a lost guard: the row is found by packets of any protocol',
    },
  ]),
  ...mutationsOf('compiler/6-plan/row-lookups.ts', [
    {
      name: 'rules of rows lose their other clauses',
      original: 'atoms: keyed.rest.filter((atom) => !guard.some((common) => sameAtom(atom, common))) };',
      replacement: 'atoms: keyed.rest.filter((atom) => guard.some((common) => sameAtom(atom, common))) };',
      why: 'a lost negation: what only one rule asks for is asked of none',
    },
    {
      name: 'lookups move past each other',
      original: 'if (!movable) return undefined;',
      replacement: '',
      why: 'a swapped order: a later `each` decides before an earlier one',
    },
  ]),
  ...mutationsOf('compiler/6-plan/build.ts', [
    {
      name: 'rules move before the rows above them',
      original: 'if (eaches.length > 0) flush();',
      replacement: '',
      why: 'a swapped order',
    },
    {
      name: 'rules that the language implies are left out',
      original: '[...stage.implied, ...stage.items.filter((item) => !isEachPacket(item))]',
      replacement: 'stage.items.filter((item) => !isEachPacket(item))',
      why: 'missing rules: errors of IPv6 are dropped',
    },
    {
      name: 'rules for each packet only are asked of new flows, too',
      original: '...stage.items.filter((item) => !isEachPacket(item))]',
      replacement: '...stage.items]',
      why: 'a lost negation: what they count is counted twice',
    },
  ]),
];
