/**
 * Which choices of classes a program can make where packets leave, and why not the others. It sees what is on the wire there: packets
 * translated, and cut into fragments that have no ports.
 */
import type { Diagnostic } from '../../../grammar/diagnostic.ts';
import type {
  Atom,
  Program,
  ProgramEach,
  ProgramItem,
  ProgramRule,
  Stage,
} from '../../../compiler/4-program/program.ts';
import { keyedRule } from '../../../compiler/6-plan/row-keys.ts';
import { interfaceOf } from '../../../compiler/model/shape-interface.ts';
import { needsTranslation } from '../../../compiler/semantics/needs.ts';
import { MOST_ZONES } from '../fields.ts';
import { tableAtom } from '../lower/conditions.ts';
import { requestsOf } from '../lower/interfaces.ts';
import { A_RULE_FOR_EACH_ROW, MOST_RULES_OF_ROWS, rulesOfRows } from '../lower/rows.ts';
import { isOfRow } from '../refused-atoms.ts';
import { Refusals } from '../refusals.ts';
import { shapersOf } from './lower.ts';
import { areFewBits, bitsOfMarks } from './marks.ts';

/** Rows of a table's field are numbered by 16 bits; some are for what no row of the policy has. */
const MOST_ROWS = 60_000;

const LEAVE = 'Add `nftables` to the target: it chooses the class of a whole packet.';

/** Why a program where packets leave cannot take `shape`. */
export function refuseClasses({ origin, items }: Stage, program: Program): readonly Diagnostic[] {
  const refusals = new Refusals();
  const on = new Set(requestsOf(program).flatMap((request) => request.on));
  for (const shape of shapersOf(program)) {
    if (shape.queues !== undefined) {
      const why = "`across N queues` has filters that pick a packet's queue, and nftables chooses the class for them";
      refusals.add(shape.origin, why, 'Add `nftables` to the target, or leave `across` out.');
    }
    const name = interfaceOf(shape, program.target);
    if (name === undefined || !on.has(name)) {
      const why = `the target has no programs on \`${name ?? 'any interface'}\`, by which \`${shape.zone.name}\` leaves`;
      refusals.add(shape.origin, why, `Write \`xdp on ${[...on, name ?? 'INTERFACE'].join(', ')}\`.`);
    }
  }
  if (program.zones.length > MOST_ZONES) {
    refusals.add(origin, `a program tells at most ${MOST_ZONES} zones apart`, LEAVE);
  }
  if (rulesOfRows(program, 'shape') > MOST_RULES_OF_ROWS) {
    const why = `a program has ${A_RULE_FOR_EACH_ROW}, and \`shape\` has rows that make more than ${MOST_RULES_OF_ROWS} rules`;
    refusals.add(origin, why, LEAVE);
  }
  if (Math.max(0, ...rowsByField(items, undefined).values()) > MOST_ROWS) {
    refusals.add(origin, `a table of a program has classes for at most ${MOST_ROWS} rows`, LEAVE);
  }
  const findsMasks = areFewBits(bitsOfMarks(items));
  for (const item of items) refuseItem(item, { program, findsMasks }, refusals);
  return refusals.diagnostics;
}

/** How many rows are found by each field. */
function rowsByField(items: readonly ProgramItem[], each: ProgramEach | undefined): ReadonlyMap<string, number> {
  const rows = new Map<string, number>();
  const add = (field: string, count: number) => rows.set(field, (rows.get(field) ?? 0) + count);
  for (const item of items) {
    if (item.kind !== 'rule') {
      for (const [field, count] of rowsByField(item.items, item.kind === 'each' ? item : each)) add(field, count);
    } else if (each) {
      const keyed = keyedRule(item, each.row);
      for (const { field } of keyed?.key ?? []) add(field, each.rows?.length ?? each.row.table.rowCount);
    }
  }
  return rows;
}

interface Around {
  readonly program: Program;
  /** Whether the bits of marks are few enough to find any mask. */
  readonly findsMasks: boolean;
}

function refuseItem(item: ProgramItem, around: Around, refusals: Refusals): void {
  if (item.kind !== 'rule') {
    for (const inner of item.items) refuseItem(inner, around, refusals);
    return;
  }
  for (const atom of item.atoms) {
    const why = obstacle(atom, item, around);
    if (why !== undefined) refusals.add(item.origin, why, LEAVE);
  }
}

const FRAGMENTS = 'a program sees fragments as they leave, which';
/** What fragments lack that the packet has. */
const NOT_IN_FRAGMENTS: Readonly<Record<string, string>> = {
  service: 'have no ports',
  'service cell': 'have no ports',
  'source port': 'have no ports',
  'destination port': 'have no ports',
  'tcp flags': 'have no TCP flags',
  icmp4: 'have no ICMP type',
  icmp6: 'have no ICMP type',
  length: 'are shorter than the packet',
  fragment: 'the packet may not be',
};
/** What is told of a packet and each of its fragments; of the protocol, in IPv4. */
const TOLD: ReadonlySet<string> = new Set(['family', 'protocol', 'dscp', 'ttl', 'mark']);

/** Why the program cannot ask it; undefined: it can. */
function obstacle(atom: Atom, rule: ProgramRule, { program, findsMasks }: Around): string | undefined {
  const { test } = atom;
  const { policy } = program;
  if (test.kind === 'zone') {
    return test.field === 'out' ? undefined : 'a program where packets leave does not know where they came in';
  }
  if (test.kind === 'address') {
    if (needsTranslation(policy) && (test.view === 'original' || (test.view === 'real' && test.field === 'source'))) {
      return 'a program sees packets as they leave, when `nat` may have changed where they are from';
    }
    return tableAtom(atom) || isOfRow(test) ? undefined : 'a program where packets leave asks for no such suffix';
  }
  const asked = test.kind === 'number' || test.kind === 'masked' ? test.field : test.kind;
  const lacked = NOT_IN_FRAGMENTS[asked];
  if (lacked !== undefined) return `${FRAGMENTS} ${lacked}`;
  if (asked === 'protocol' && rule.family !== 4) return `${FRAGMENTS} in IPv6 may not tell their protocol`;
  if (!TOLD.has(asked)) return `a program where packets leave cannot ask for \`${asked}\``;
  if (tableAtom(atom) || isOfRow(test)) return undefined;
  if (asked !== 'mark') return `a program where packets leave cannot ask for this \`${asked}\``;
  return findsMasks ? undefined : 'a program where packets leave asks for 12 bits of marks, and `shape` for more';
}
