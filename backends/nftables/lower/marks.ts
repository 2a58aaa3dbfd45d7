/**
 * Marks: `mark set` on packets, and in stateful rules on flows. A flow's mark is kept in the connection's mark and put
 * back on every later packet, as soon as it is tracked. nft cannot combine two registers in one expression, so what is
 * put back beside other bits is put back value by value, or bit by bit.
 */
import type { Program, ProgramEffect, ProgramItem, StageId } from '../../../compiler/4-program/program.ts';
import type { Effect, Origin } from '../../../compiler/model/index.ts';
import type { Context } from './context.ts';
import type { EffectPlace } from './effects.ts';
import { hex } from './matches.ts';
import { cellNumbers } from './row-cells.ts';
import { byNumber, rowOf } from './row-numbers.ts';

type MarkEffect = Extract<Effect, { kind: 'mark set' }>;

const WHOLE = 0xffffffff;
/** Stages that set marks before the flow's is put back. */
const BEFORE_TRACKING: ReadonlySet<StageId> = new Set(['mitigate', 'raw']);
/** After connection tracking (-200), before any other block of a policy. */
const RESTORE_PRIORITY = 'mangle - 10';
/** From so many values on, going bit by bit is shorter. */
const MOST_VALUES = 8;

/** The statements of one `mark set`. */
export function markStatements(effect: MarkEffect, place: EffectPlace): string[] {
  const { value } = effect;
  const mask = effect.mask >>> 0;
  if (!isReserved(mask, place)) return [];
  if (typeof value === 'number') return constantMark(value, mask, place.stateful);
  if (mask !== WHOLE) {
    return byNumber(value, 'mark', place, (mark) => [constantMark((mark & mask) >>> 0, mask, place.stateful)]);
  }
  const row = rowOf(value, place);
  const numbers = row && cellNumbers(row, value);
  if (!numbers) return [];
  const data = { name: value.column, types: ['mark'], cells: [value] };
  const mark = row.map({ ...data, write: (index, out) => out.write(hex(numbers(index))) });
  return place.stateful ? [`meta mark set ${mark}`, 'ct mark set meta mark'] : [`meta mark set ${mark}`];
}

/** The packet's mark first: a packet of no flow has no other, and reading one would break off the rule. */
function constantMark(value: number, mask: number, ofFlow: boolean): string[] {
  const set = (what: string) =>
    `${what} set ${mask === WHOLE ? hex(value) : `${what} & ${hex(~mask)} | ${hex(value)}`}`;
  return ofFlow ? [set('meta mark'), set('ct mark')] : [set('meta mark')];
}

/** Whether the statements may break off the rule. */
export function markBreaks(effect: MarkEffect, place: Pick<EffectPlace, 'stateful' | 'row'>): boolean {
  if (effect.mask >>> 0 !== WHOLE && place.stateful) return true;
  return typeof effect.value !== 'number' && !place.row?.isComplete([effect.value]);
}

function isReserved(mask: number, { context, origin }: Pick<EffectPlace, 'context' | 'origin'>): boolean {
  const { target } = context.program;
  const allowed = (target?.markMask ?? WHOLE) >>> 0;
  if ((mask & ~allowed) === 0) return true;
  context.refuse(
    origin,
    `the mark has bits that target \`${target!.name}\` keeps for others: \`marks reserve ${hex(allowed)}\``,
    `Set it under a mask of the reserved bits (\`mark set VALUE/${hex(allowed)}\`), or reserve more of them.`,
  );
  return false;
}

/** What the rules of a policy do to marks. */
interface MarkUse {
  readonly effect: MarkEffect;
  readonly origin: Origin;
}

/** Chains that put the flows' marks back on packets, where rules mark flows. */
export function lowerFlowMarks(context: Context): void {
  const ofFlows = usesOf(context.program, (stage, eachPacket) => stage.stateful !== undefined && !eachPacket);
  if (ofFlows.length === 0) return;
  const early = usesOf(context.program, (stage) => BEFORE_TRACKING.has(stage.id));
  const restore = restoring(ofFlows, early, context);
  if (!restore) return;
  const [first] = ofFlows;
  context.enterStage('mangle prerouting');
  for (const [hook, type] of [
    ['prerouting', 'filter'],
    ['output', 'route'],
  ] as const) {
    const chain = context.chain(`mark_${hook}`, `mark ${hook}`, "packets carry their flow's mark", {
      type,
      hook,
      priority: RESTORE_PRIORITY,
      devices: [],
      policy: 'accept',
    });
    const push = (remark: string, ...statements: string[]) =>
      chain.rules.push({ statements, origin: undefined, remark: `${remark} (set first by ${first!.origin.name})` });
    if (hook === 'prerouting') {
      const remark = 'what this host sends to itself has its mark from when it was sent';
      chain.rules.push({ statements: ['iif "lo"', 'accept'], origin: undefined, remark });
    } else {
      chain.rules.push({
        statements: ['ct state related', `jump ${answers(context)}`],
        origin: undefined,
        remark: 'what the kernel itself answers is not of the flow',
      });
    }
    push("the flow's mark", ...restore);
  }
}

/** A chain that ends the way of packets which no socket sent: errors and resets that the kernel makes. */
function answers(context: Context): string {
  return context.sharedChain('answers', "related packets of a socket go on, the kernel's own do not", [
    { statements: ['meta skuid >= 0', 'return'], origin: undefined },
    { statements: ['accept'], origin: undefined },
  ]);
}

/** The statements that put a mark back. */
function restoring(ofFlows: readonly MarkUse[], early: readonly MarkUse[], context: Context): string[] | undefined {
  const bits = union(ofFlows);
  const reserved = (context.program.target?.markMask ?? WHOLE) >>> 0;
  const uniform = ofFlows.every(({ effect }) => effect.mask >>> 0 === bits);
  const neverZero = uniform && ofFlows.every(({ effect }) => typeof effect.value === 'number' && effect.value !== 0);
  const clash = early.find(({ effect }) => (effect.mask & bits) !== 0);
  if (clash && !neverZero) {
    context.refuse(
      clash.origin,
      `this mark and the mark of a flow (\`${ofFlows[0]!.origin.text}\`) share bits, and nftables cannot tell which of them a packet has`,
      'Give the two marks different bits, with masks.',
    );
    return undefined;
  }
  const nobodyElses = reserved === WHOLE && (bits === WHOLE || early.length === 0);
  if (nobodyElses) return ['ct mark != 0', 'meta mark set ct mark'];
  const values = uniform ? constants(ofFlows) : undefined;
  const rules =
    values && (clash || values.length <= MOST_VALUES)
      ? values.map((value) => [
          `ct mark & ${hex(bits)} == ${hex(value)}`,
          `meta mark set meta mark & ${hex(~bits)} | ${hex(value)}`,
        ])
      : bitsOf(bits).map((bit) => [`ct mark & ${hex(bit)} == ${hex(bit)}`, `meta mark set meta mark | ${hex(bit)}`]);
  if (rules.length === 1) return rules[0]!;
  const chain = context.sharedChain(
    'restore_mark',
    "the flow's mark, put back beside the bits that others use",
    rules.map((statements) => ({ statements, origin: undefined })),
  );
  return [`ct mark & ${hex(bits)} != 0`, `jump ${chain}`];
}

/** The values other than 0 that a mark can have; undefined where they come from a table. */
function constants(uses: readonly MarkUse[]): number[] | undefined {
  const values = new Set<number>();
  for (const { effect } of uses) {
    if (typeof effect.value !== 'number') return undefined;
    if (effect.value !== 0) values.add(effect.value >>> 0);
  }
  return [...values].toSorted((a, b) => a - b);
}

function bitsOf(mask: number): number[] {
  return Array.from({ length: 32 }, (_, index) => (1 << index) >>> 0).filter((bit) => (mask & bit) !== 0);
}

function union(uses: readonly MarkUse[]): number {
  return uses.reduce((all, { effect }) => (all | effect.mask) >>> 0, 0);
}

type StageFilter = (stage: Program['stages'][number], eachPacket: boolean) => boolean;

function usesOf(program: Program, wanted: StageFilter): MarkUse[] {
  const uses: MarkUse[] = [];
  const visit = (items: readonly ProgramItem[], stage: Program['stages'][number]): void => {
    for (const item of items) {
      if (item.kind !== 'rule') visit(item.items, stage);
      else if (wanted(stage, item.eachPacket)) uses.push(...item.effects.flatMap((one) => markUse(one, item.origin)));
    }
  };
  for (const stage of program.stages) visit([...stage.implied, ...stage.items], stage);
  return uses;
}

function markUse({ effect }: ProgramEffect, origin: Origin): MarkUse[] {
  return effect.kind === 'mark set' ? [{ effect, origin }] : [];
}
