/** What XDP can carry out of `mitigate`: all of it or nothing, and why not. */
import { diagnostic, type Diagnostic } from '../../grammar/diagnostic.ts';
import type { Program, ProgramEffect, ProgramItem, ProgramRule, Stage } from '../../compiler/4-program/program.ts';
import type { Counter, Effect, Gate } from '../../compiler/model/index.ts';
import { isOfMemory } from './lower/conditions.ts';
import { A_RULE_FOR_EACH_ROW, MOST_RULES_OF_ROWS, rulesOfRows } from './lower/rows.ts';
import { PROBLEMS } from './problems.ts';
import { refuseAtoms } from './refused-atoms.ts';
import { refusalsOfLimit } from './refused-limits.ts';
import { refuseMemory } from './refused-memories.ts';
import { leaveWhole, Refusals } from './refusals.ts';
import { refuseZones } from './refused-zones.ts';

const LEAVE = leaveWhole('mitigate');

/**
 * Why XDP cannot take a stage. Blocks of `mitigate` are taken together: an `allow` in the first ends the others, too, and
 * what XDP does comes before all other planes.
 */
export function refuse(stage: Stage, program: Program): readonly Diagnostic[] {
  if (stage.id !== 'mitigate') {
    const message = `\`xdp\` carries out \`mitigate\`, \`balance\`, stateless filters and the classes of what leaves only, not \`${stage.origin.name}\``;
    return [diagnostic(PROBLEMS.notHere, stage.origin.span, message, { hint: 'Add `nftables` to the target.' })];
  }
  const blocks = program.stages.filter(({ id }) => id === 'mitigate');
  const refusals = new Refusals();
  for (const block of blocks) {
    refuseZones(block.zones ?? program.zones, block.origin, program, refusals);
    for (const item of block.items) refuseItem(item, program, refusals);
  }
  return refusals.diagnostics;
}

function refuseItem(item: ProgramItem, program: Program, refusals: Refusals): void {
  switch (item.kind) {
    case 'rule':
      return refuseRule(item, program, refusals);
    case 'scope':
      for (const inner of item.items) refuseItem(inner, program, refusals);
      return;
    case 'each':
      if (rulesOfRows(program, 'mitigate') > MOST_RULES_OF_ROWS) {
        const many = `rows that make more than ${MOST_RULES_OF_ROWS} rules`;
        refusals.add(item.origin, `XDP has ${A_RULE_FOR_EACH_ROW}, and \`mitigate\` has ${many}`, LEAVE);
      }
      for (const inner of item.items) refuseItem(inner, program, refusals);
  }
}

function refuseRule(rule: ProgramRule, program: Program, refusals: Refusals): void {
  const { origin, atoms, gates, effects } = rule;
  refuseAtoms(atoms, origin, LEAVE, refusals);
  for (const memory of memoriesIn(rule)) refuseMemory(memory, origin, program, refusals);
  for (const gate of gates) refuseGate(gate, rule, program, refusals);
  for (const effect of effects) refuseEffect(effect, rule, program, refusals);
}

type MemoryUse = Parameters<typeof refuseMemory>[0];

/** Where a rule and its effects ask memories, or write them. */
function memoriesIn({ atoms, effects }: ProgramRule): MemoryUse[] {
  const asked = [...atoms, ...effects.flatMap(({ when }) => when.flat())];
  return [
    ...asked.flatMap(({ test }) => (test.kind === 'memory' ? [test] : [])),
    ...effects.flatMap(({ effect }) => (isOfMemory(effect) ? [effect] : [])),
  ];
}

function refuseGate(gate: Gate, { origin }: ProgramRule, program: Program, refusals: Refusals): void {
  if (gate.kind === 'sample') return;
  if (gate.kind !== 'rate') {
    refusals.add(origin, 'XDP knows no connections', LEAVE);
    return;
  }
  for (const { message, hint } of refusalsOfLimit(gate, 'mitigate', program)) refusals.add(origin, message, hint);
}

function refuseEffect(
  { effect, when, gates }: ProgramEffect,
  rule: ProgramRule,
  program: Program,
  refusals: Refusals,
): void {
  const { origin } = rule;
  for (const atoms of when) refuseAtoms(atoms, origin, LEAVE, refusals);
  for (const gate of gates) refuseGate(gate, rule, program, refusals);
  const isConditional = gates.length > 0 || !when.some((atoms) => atoms.length === 0);
  if (isConditional && memoriesIn(rule).length > 0) {
    const why = 'XDP has no effect with clauses of its own on a rule with a memory, which they might change or ask';
    refusals.add(origin, why, 'Write the effect as a rule of its own.');
  }
  if (isOfMemory(effect)) return;
  if (effect.kind !== 'count') {
    refusals.add(
      origin,
      `XDP cannot carry out \`${wordOf(effect)}\``,
      `Put it into a block behind \`mitigate\`. ${LEAVE}`,
    );
    return;
  }
  const { counter } = effect;
  const name = counterName(counter);
  if (program.stages.some((stage) => stage.id !== 'mitigate' && counts(stage.items, name))) {
    refusals.add(
      origin,
      `the counter \`${name}\` counts in another block, too, which another plane carries out`,
      'Give one of the two another name, and add them up where they are read.',
    );
  }
  if (isConditional && rule.gates.length > 0) {
    refusals.add(
      origin,
      'XDP has no effect with clauses of its own on a rule with a limit or a sample',
      'Write the effect as a rule of its own.',
    );
  }
}

/** As a policy writes the effect. */
function wordOf({ kind }: Effect): string {
  return kind === 'opaque' ? 'opaque …' : kind;
}

/** As the policy writes it: `users.id` for those of rows. */
function counterName(counter: Counter): string {
  return counter.kind === 'named' ? counter.name : `${counter.cell.row.table.name}.${counter.cell.column}`;
}

function counts(items: readonly ProgramItem[], name: string): boolean {
  return items.some((item) =>
    item.kind === 'rule'
      ? item.effects.some(({ effect }) => effect.kind === 'count' && counterName(effect.counter) === name)
      : counts(item.items, name),
  );
}
