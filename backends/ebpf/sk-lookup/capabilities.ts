/** What sk_lookup can carry out: all of `dispatch` or nothing of it, and why not. */
import { diagnostic, type Diagnostic } from '../../../grammar/diagnostic.ts';
import { dispatchedAddresses } from '../../../compiler/4-program/dispatched-addresses.ts';
import type { Atom, AtomTest, Program, ProgramItem, ProgramRule, Stage } from '../../../compiler/4-program/program.ts';
import type { Origin } from '../../../compiler/model/index.ts';
import { needsTranslation } from '../../../compiler/semantics/needs.ts';
import { isOfRow } from '../refused-atoms.ts';
import { refusalsOfLimit } from '../refused-limits.ts';
import { tableAtom } from '../lower/conditions.ts';
import { A_RULE_FOR_EACH_ROW, MOST_RULES_OF_ROWS, rulesOfRows } from '../lower/rows.ts';
import { PROBLEMS } from '../problems.ts';
import { MOST_BYTES_OF_NAME, MOST_NAMES } from './sizes.ts';

/** Why sk_lookup cannot take a stage. */
export function refuse(stage: Stage, program: Program): readonly Diagnostic[] {
  if (stage.id !== 'dispatch') {
    const message = `\`sk_lookup\` carries out \`dispatch\` only, not \`${stage.origin.name}\``;
    return [diagnostic(PROBLEMS.onlyLookups, stage.origin.span, message, { hint: 'Add `nftables` to the target.' })];
  }
  const refusals = new Refusals(program);
  for (const origin of dispatchedAddresses(program.policy).unroutable) {
    refusals.add(
      origin,
      'addresses given to `dispatch` are made local by routes, and for these there can be none',
      'Name prefixes; without `to`, the rule is for every address that this host has anyway.',
    );
  }
  for (const item of stage.items) refusals.item(item);
  if (refusals.sockets.size > MOST_NAMES) {
    refusals.add(stage.origin, `sk_lookup knows at most ${MOST_NAMES} sockets by name`, LEAVE);
  }
  return refusals.diagnostics;
}

const LEAVE = 'Name `nftables` in the target: where it says where the sockets listen, that takes `dispatch` whole.';

class Refusals {
  readonly diagnostics: Diagnostic[] = [];
  readonly sockets = new Set<string>();
  readonly #program: Program;

  constructor(program: Program) {
    this.#program = program;
  }

  add({ span }: Pick<Origin, 'span'>, message: string, hint: string): void {
    if (this.diagnostics.some((known) => known.span === span && known.message === message)) return;
    this.diagnostics.push(diagnostic(PROBLEMS.notInLookup, span, message, { hint }));
  }

  item(item: ProgramItem): void {
    if (item.kind === 'rule') {
      this.#rule(item);
      return;
    }
    if (item.kind === 'each' && rulesOfRows(this.#program, 'dispatch') > MOST_RULES_OF_ROWS) {
      const many = `rows that make more than ${MOST_RULES_OF_ROWS} rules`;
      this.add(item.origin, `sk_lookup has ${A_RULE_FOR_EACH_ROW}, and \`dispatch\` has ${many}`, LEAVE);
    }
    for (const inner of item.items) this.item(inner);
  }

  #rule({ origin, atoms, decision }: ProgramRule): void {
    for (const atom of atoms) this.#atom(atom, origin);
    if (decision?.kind !== 'socket') return;
    this.sockets.add(decision.socket);
    if (decision.limit) {
      for (const { message, hint } of refusalsOfLimit(decision.limit, 'dispatch', this.#program)) {
        this.add(origin, message, hint);
      }
    }
    if (new TextEncoder().encode(decision.socket).length > MOST_BYTES_OF_NAME) {
      this.add(
        origin,
        `names of sockets have at most ${MOST_BYTES_OF_NAME} bytes at sk_lookup`,
        'Give it a shorter one.',
      );
    }
  }

  #atom(atom: Atom, origin: Origin): void {
    const { test } = atom;
    if (test.kind === 'zone') {
      const why =
        'a packet of IPv6 that this host sends to itself would seem to come in by another interface than `lo`';
      this.add(origin, `sk_lookup cannot tell zones exactly: ${why}`, `Tell packets by their addresses. ${LEAVE}`);
    } else if (!tableAtom(atom) && !isOfRow(test)) {
      this.add(origin, WITHOUT[test.kind] ?? `sk_lookup cannot ask for \`${test.kind}\``, LEAVE);
    } else if (isOfSource(test) && needsTranslation(this.#program.policy)) {
      const why = 'translation may have changed it before a socket is looked for';
      this.add(origin, `sk_lookup cannot tell where a packet came from in a policy that translates: ${why}`, LEAVE);
    }
  }
}

/** What a test would need. */
const WITHOUT: Readonly<Record<string, string>> = {
  address: 'sk_lookup knows prefixes and ranges of addresses, and none that end alike',
  'same field': 'sk_lookup does not compare fields with each other',
  until: 'sk_lookup has no clock that tells the date',
};

function isOfSource(test: AtomTest): boolean {
  if (test.kind === 'address') return test.field === 'source';
  return (test.kind === 'number' || test.kind === 'masked') && test.field === 'source port';
}
