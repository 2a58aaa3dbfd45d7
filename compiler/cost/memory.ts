/** What a plan takes of a plane's memory: an estimate, node by node. */
import { isSetTest } from '../4-program/atoms.ts';
import type { Atom, ProgramRule } from '../4-program/program.ts';
import { everyNode, isNothing, leaves, type Lookup, type PlanNode, type Switch } from '../6-plan/plan.ts';
import { keyKind, switchLookup } from './cost.ts';
import { keyOfLookup, keyOfSwitch } from './keys.ts';

/** Bytes of what a plane keeps in memory. */
export interface MemorySizes {
  /** A rule of so many matches and so many statements behind them. */
  readonly rule: (matches: number, statements: number) => number;
  /** A chain, without its rules. */
  readonly chain: number;
  /** A set of whole values, which tells only whether one is in it; `key`: bytes of each part of the key. */
  readonly set: (elements: number, key: readonly number[]) => number;
  /** A table of whole values, with its elements. */
  readonly hash: (elements: number, key: readonly number[]) => number;
  /** … of intervals of one field. */
  readonly interval: (intervals: number, key: readonly number[]) => number;
  /** … of several fields, one of them an interval. */
  readonly concatenatedInterval: (elements: number, key: readonly number[]) => number;
}

/** Tells what a node and all below it take, what several of its ways lead to counted once. */
export function memoryBelow(sizes: MemorySizes): (node: PlanNode) => number {
  const known = new Map<PlanNode, number>();
  const own = (node: PlanNode): number => {
    let bytes = known.get(node);
    if (bytes === undefined) known.set(node, (bytes = ownBytes(node, sizes)));
    return bytes;
  };
  return (node) => [...everyNode(node)].reduce((sum, one) => sum + own(one), 0);
}

function ownBytes(node: PlanNode, sizes: MemorySizes): number {
  switch (node.kind) {
    case 'sequence':
      return 0;
    case 'rules':
    case 'candidates':
      return isElement(node) ? 0 : bytesOfRules(node.rules, sizes);
    case 'scope':
      return node.isChain || leaves(node.body) ? sizes.chain + sizes.rule(0, 1) : 0;
    case 'ranked':
      return node.searches.length * (sizes.chain + sizes.rule(0, 1)) + sizes.rule(0, 1);
    case 'lookup':
      return bytesOfLookup(node, sizes);
    case 'switch':
      return bytesOfSwitch(node, sizes);
  }
}

/** Whether what packets of a case meet stands beside its values: a verdict alone. */
function isElement(node: PlanNode): boolean {
  if (node.kind !== 'rules' || node.rules.length !== 1) return false;
  const [{ atoms, gates, effects }] = node.rules as [ProgramRule];
  return atoms.length === 0 && gates.length === 0 && effects.length === 0;
}

function bytesOfSwitch(node: Switch, sizes: MemorySizes): number {
  const { kind, elements } = switchLookup(node);
  const chains = node.cases.filter(({ body }) => !isNothing(body) && !isElement(body)).length;
  return sizes[kind](elements, keyOfSwitch(node)) + chains * sizes.chain + sizes.rule(node.guard.length + 1, 1);
}

function bytesOfLookup(node: Lookup, sizes: MemorySizes): number {
  const rows = node.classes.reduce((sum, one) => sum + one.rows.length, 0);
  const rules = node.classes.reduce((sum, one) => sum + sizes.chain + bytesOfRules(one.rules, sizes), 0);
  return sizes[keyKind(node)](rows, keyOfLookup(node)) + rules + sizes.rule(node.guard.length + 1, 1);
}

function bytesOfRules(rules: readonly ProgramRule[], sizes: MemorySizes): number {
  return rules.reduce((sum, rule) => sum + bytesOfRule(rule, sizes), 0);
}

function bytesOfRule({ atoms, gates, effects, decision }: ProgramRule, sizes: MemorySizes): number {
  const statements = gates.length + effects.length + (decision ? 1 : 0);
  return atoms.reduce((sum, atom) => sum + bytesOfSet(atom, sizes), sizes.rule(atoms.length, statements));
}

/** Of a match that is a lookup among several values, its set. */
function bytesOfSet(atom: Atom, sizes: MemorySizes): number {
  if (!isSetTest(atom) || atom.test.in.intervalCount < 2) return 0;
  const set = atom.test.in;
  const kind = set.size() === BigInt(set.intervalCount) ? 'set' : 'interval';
  return sizes[kind](set.intervalCount, [Math.ceil(set.width / 8)]);
}
