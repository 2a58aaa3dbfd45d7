import { isSetTest, sameAtom } from '../../4-program/atoms.ts';
import type { Atom, ProgramRule } from '../../4-program/program.ts';
import type { AddressTarget, Cell, PortTarget, RowVariable, Table, Translation } from '../../model/index.ts';
import { weightOfAll } from '../../cost/cost.ts';
import { isPlain } from '../commute.ts';
import { integerColumn, prefixColumn } from '../made-tables.ts';
import type { KeyPart, Lookup, PlanNode } from '../plan.ts';
import { mapRules, sequence, type Pass } from './pass.ts';

export const translationMaps: Pass = {
  name: 'translation-maps',
  description: `Neighbouring translations that differ only in one address or service and in where they lead become one lookup in
a table made of them. Their keys are single values; of equal keys the first rule's row stands, which is the one that would
have decided. What else they test is the same in all of them, so a packet finds a row exactly if one of them matched.`,
  run: (node) => mapRules(node, (rules) => mapped(rules)),
};

/** Fewer rules stay a list. */
const FEWEST_RULES = 3;
/** More values than this in one rule are no list of single values. */
const MOST_VALUES = 64;

type Target = Extract<Translation, { kind: 'snat' | 'dnat' }>;

/** One rule as rows of the table to be made. */
interface Candidate {
  readonly rule: ProgramRule;
  readonly translation: Target;
  readonly fields: string;
  readonly values: readonly (readonly bigint[])[];
  readonly keyAtoms: readonly Atom[];
  readonly rest: readonly Atom[];
  readonly address: bigint;
  readonly port: number | undefined;
}

function mapped(rules: readonly ProgramRule[]): PlanNode {
  const steps: PlanNode[] = [];
  let from = 0;
  while (from < rules.length) {
    const run: Candidate[] = [];
    for (let to = from; to < rules.length; to++) {
      const candidate = candidateOf(rules[to]!);
      if (!candidate || (run[0] && !fit(run[0], candidate))) break;
      run.push(candidate);
    }
    if (run.length >= FEWEST_RULES) {
      steps.push(lookupOf(run));
      from += run.length;
    } else {
      steps.push({ kind: 'rules', rules: [rules[from]!] });
      from += 1;
    }
  }
  return sequence(steps);
}

function candidateOf(rule: ProgramRule): Candidate | undefined {
  const { decision, family } = rule;
  if (!isPlain(rule) || decision?.kind !== 'translation' || family === undefined) return undefined;
  const { translation } = decision;
  if (translation.kind !== 'snat' && translation.kind !== 'dnat') return undefined;
  const address = singleAddress(family === 4 ? translation.target.v4 : translation.target.v6);
  const port = singlePort(translation.target.ports);
  if (address === undefined || port === 'several') return undefined;
  const keyAtoms = rule.atoms.filter(isKeyAtom);
  if (keyAtoms.length === 0) return undefined;
  const values = keyAtoms.map((atom) => (isSetTest(atom) ? [...atom.test.in.values()].map(BigInt) : []));
  if (values.reduce((product, list) => product * list.length, 1) > MOST_VALUES) return undefined;
  const fields = keyAtoms.map(fieldOf).join(' ');
  const rest = rule.atoms.filter((atom) => !keyAtoms.includes(atom));
  return { rule, translation, fields, values, keyAtoms, rest, address, port };
}

function singleAddress(target: AddressTarget | undefined): bigint | undefined {
  return target?.kind === 'range' && target.low === target.high ? target.low : undefined;
}

function singlePort(ports: PortTarget | undefined): number | undefined | 'several' {
  if (ports === undefined) return undefined;
  return ports.kind === 'range' && ports.low === ports.high ? ports.low : 'several';
}

/** Single destination addresses, or services one by one. */
function isKeyAtom(atom: Atom): boolean {
  if (atom.negated || !isSetTest(atom)) return false;
  const { test } = atom;
  const isKey = test.kind === 'address' ? test.view === 'real' : test.field === 'service';
  return isKey && test.in.size() <= BigInt(MOST_VALUES);
}

const fieldOf = (atom: Atom): string => ('field' in atom.test ? String(atom.test.field) : '');

function fit(first: Candidate, other: Candidate): boolean {
  return (
    first.rule.family === other.rule.family &&
    first.fields === other.fields &&
    (first.port === undefined) === (other.port === undefined) &&
    first.translation.kind === other.translation.kind &&
    first.translation.random === other.translation.random &&
    first.translation.persistent === other.translation.persistent &&
    !(first.translation.kind === 'dnat' && first.translation.hairpin) &&
    !(other.translation.kind === 'dnat' && other.translation.hairpin) &&
    first.rest.length === other.rest.length &&
    first.rest.every((atom) => other.rest.some((theirs) => sameAtom(atom, theirs)))
  );
}

function lookupOf(run: readonly Candidate[]): Lookup {
  const first = run[0]!;
  const family = first.rule.family!;
  const rows = rowsOf(run);
  const table = tableOf(first, rows, family);
  const row: RowVariable = { name: 'row', table };
  const cell = (column: string): Cell => ({ kind: 'cell', row, column });
  const target = {
    v4: family === 4 ? cell('address') : undefined,
    v6: family === 6 ? cell('address') : undefined,
    ports: first.port === undefined ? undefined : cell('port'),
  };
  const rule: ProgramRule = {
    ...first.rule,
    ...weightOfAll(run.map((candidate) => candidate.rule)),
    merged: run.slice(1).map((candidate) => candidate.rule.origin),
    atoms: [],
    decision: { kind: 'translation', translation: { ...first.translation, target } },
  };
  return {
    kind: 'lookup',
    origin: first.rule.origin,
    row,
    family,
    guard: first.rest,
    key: first.keyAtoms.flatMap(keyParts),
    classes: [{ rows: Uint32Array.from(rows.keys()), rules: [rule] }],
  };
}

function keyParts(atom: Atom): KeyPart[] {
  const field = fieldOf(atom);
  if (field === 'service') {
    return [
      { field: 'protocol', view: 'real', column: 'protocol' },
      { field: 'destination port', view: 'real', column: 'service_port' },
    ];
  }
  return [{ field: field as 'source' | 'destination', view: 'real', column: field }];
}

interface Row {
  readonly key: readonly bigint[];
  readonly address: bigint;
  readonly port: number | undefined;
}

/** Every combination of a rule's values, rule by rule; of equal keys the first. */
function rowsOf(run: readonly Candidate[]): Row[] {
  const seen = new Set<string>();
  return run.flatMap(({ values, address, port }) =>
    combinations(values)
      .map((key) => ({ key, address, port }))
      .filter(({ key }) => !seen.has(key.join()) && seen.add(key.join())),
  );
}

function combinations(lists: readonly (readonly bigint[])[]): bigint[][] {
  return lists.reduce<bigint[][]>((all, list) => all.flatMap((left) => list.map((value) => [...left, value])), [[]]);
}

function tableOf(first: Candidate, rows: readonly Row[], family: 4 | 6): Table {
  const { span, name } = first.rule.origin;
  const columns = first.keyAtoms.flatMap((atom, index) => {
    const values = rows.map((row) => row.key[index]!);
    if (fieldOf(atom) !== 'service') return [addressColumn(fieldOf(atom), values, family, span)];
    const protocols = Uint32Array.from(values, (value) => Number(value >> 16n));
    const ports = Uint32Array.from(values, (value) => Number(value & 0xffffn));
    return [
      integerColumn('protocol', { kind: 'protocol' }, protocols, span),
      integerColumn('service_port', { kind: 'port' }, ports, span),
    ];
  });
  const keys = [columns.map((column) => column.name)];
  columns.push(
    addressColumn(
      'address',
      rows.map((row) => row.address),
      family,
      span,
    ),
  );
  if (first.port !== undefined) {
    const ports = Uint32Array.from(rows, (row) => row.port!);
    columns.push(integerColumn('port', { kind: 'port' }, ports, span));
  }
  return {
    name: name.replace(/\/.*/, ''),
    rowCount: rows.length,
    columns,
    keys,
    path: undefined,
    lines: new Uint32Array(rows.length),
    span,
  };
}

function addressColumn(name: string, values: readonly bigint[], family: 4 | 6, span: Table['span']) {
  return prefixColumn(name, family, values, new Uint8Array(values.length).fill(family === 4 ? 32 : 128), span);
}
