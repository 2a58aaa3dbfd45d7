/** Effects as nft statements. */
import type { Family } from '../../../compiler/4-program/program.ts';
import type { IntervalSet } from '../../../compiler/net/interval-set.ts';
import type { TextBuffer } from '../../../compiler/artifacts/text-buffer.ts';
import type { Effect, Origin } from '../../../compiler/model/index.ts';
import { quoted } from '../names.ts';
import type { Context } from './context.ts';
import { helperStatements } from './helpers.ts';
import { forgettingChain, rememberingChain } from './hits.ts';
import { keyExpression } from './keys.ts';
import { matchText } from './matches.ts';
import { portsPresent } from './numbers.ts';
import { markBreaks, markStatements } from './marks.ts';
import { memorySet } from './memories.ts';
import { cellText } from './row-cells.ts';
import { opaqueText } from './opaque.ts';
import { byNumber, rowOf } from './row-numbers.ts';
import type { RowValues } from './row-values.ts';

export interface EffectPlace {
  readonly context: Context;
  readonly family: Family | undefined;
  readonly origin: Origin;
  /** In a stateful stage a mark is the flow's. */
  readonly stateful: boolean;
  /** The row that a lookup found, if one did. */
  readonly row: RowValues | undefined;
  /** Protocols that are left; undefined: any. */
  readonly protocols: IntervalSet | undefined;
}

/** Longest log prefix (NF_LOG_PREFIXLEN is 128 with its end). */
const LONGEST_PREFIX = 127;
/** Longest comment of a set's element (NFTNL_UDATA_COMMENT_MAXLEN), with room for its end. */
const LONGEST_COMMENT = 120;

type EffectWriter<Kind extends Effect['kind']> = (
  effect: Extract<Effect, { kind: Kind }>,
  place: EffectPlace,
) => string[];

const WRITERS: { readonly [Kind in Effect['kind']]: EffectWriter<Kind> } = {
  log: (effect) => {
    const prefix = effect.prefix === '' ? '' : ` prefix ${quoted(`${effect.prefix} `, LONGEST_PREFIX)}`;
    return [effect.group === undefined ? `log${prefix} level ${effect.level}` : `log${prefix} group ${effect.group}`];
  },
  count: (effect, place) => {
    if (effect.counter.kind === 'per row') return [rowCounter(effect.counter, place)];
    return [`counter name "${place.context.counter(effect.counter)}"`];
  },
  'mark set': markStatements,
  remember: memoryStatements,
  forget: memoryStatements,
  'dscp set': (effect, place) => {
    const { value } = effect;
    const write = (dscp: number) => `${place.family === 6 ? 'ip6' : 'ip'} dscp set ${dscp}`;
    if (typeof value === 'number') return [write(value)];
    return byNumber(value, 'dscp', place, (dscp) => [[write(dscp)]]);
  },
  mss: (effect, place) =>
    effect.size === undefined
      ? clampToPath(place)
      : [`tcp option maxseg size > ${effect.size}`, `tcp option maxseg size set ${effect.size}`],
  notrack: () => ['notrack'],
  helper: (effect, place) => helperStatements(effect.helper, place),
  opaque: (effect, place) => [opaqueText(effect.plane, effect.text, place)],
};

/** Where a packet's route is known to nft (nft_rt_validate of Linux 6.18). */
const ROUTED_STAGES = new Set(['mangle forward', 'mangle output', 'mangle postrouting']);

function clampToPath({ context, origin }: EffectPlace): string[] {
  if (ROUTED_STAGES.has(context.stage)) return ['tcp option maxseg size set rt mtu'];
  context.refuse(
    origin,
    `\`mss clamp\` in \`${context.stage}\`: nftables does not know the way out there`,
    'Move the rule to `mangle forward` or `mangle postrouting`, or name a size: `mss set 1400`.',
  );
  return [];
}

/** The statements of one effect. */
export function effectStatements(effect: Effect, place: EffectPlace): string[] {
  return (WRITERS[effect.kind] as EffectWriter<Effect['kind']>)(effect as never, place);
}

/** Effects whose statement may break off a rule, so that nothing may stand behind it in the same rule. */
export function mayBreak(effect: Effect, place: Pick<EffectPlace, 'stateful' | 'row'>): boolean {
  switch (effect.kind) {
    case 'remember':
    case 'forget':
    case 'mss':
    case 'opaque':
      return true;
    case 'count':
      return effect.counter.kind === 'per row' && !place.row?.isComplete([effect.counter.cell]);
    case 'mark set':
      return markBreaks(effect, place);
    case 'dscp set':
      return typeof effect.value !== 'number' && !place.row?.isComplete([effect.value]);
    default:
      return false;
  }
}

type RowCounter = Extract<Extract<Effect, { kind: 'count' }>['counter'], { kind: 'per row' }>;

/** Counters in the elements of a set: what is looked up there is counted there. */
function rowCounter({ cell, direction }: RowCounter, place: EffectPlace): string {
  const row = rowOf(cell, place);
  if (!row) return '';
  const text = cellText(row.column(cell));
  const { context, origin } = place;
  const name = direction ?? 'traffic';
  const write = (index: number, out: TextBuffer) =>
    out.write(` counter comment ${quoted(text(index), LONGEST_COMMENT)}`);
  return row.elements(
    {
      owner: `counting ${context.stage} ${origin.span.start} ${name}`,
      asker: `counting ${context.stage} ${origin.name} ${name}`,
    },
    { name, cells: [cell], write },
    { counter: true },
  );
}

type MemoryEffect = Extract<Effect, { kind: 'remember' | 'forget' }>;

function memoryStatements(effect: MemoryEffect, place: EffectPlace): string[] {
  const { context, family } = place;
  const { kind, memory, duration } = effect;
  const ports = effect.key.some((field) => field.endsWith('port')) ? portsPresent(place).map(matchText) : [];
  if (memory.hits > 1) {
    const ring = { context, memory, family, key: effect.key };
    return [...ports, `jump ${kind === 'remember' ? rememberingChain(ring) : forgettingChain(ring)}`];
  }
  const set = memorySet(context, memory, family);
  const key = effect.key.map((field) => keyExpression(field, family)).join(' . ');
  const timeout = duration === undefined ? '' : ` timeout ${durationText(duration)}`;
  return [...ports, `${kind === 'remember' ? 'update' : 'delete'} @${set} { ${key}${timeout} }`];
}

/** A time as nft writes it: `1h30m`, `500ms`. */
export function durationText(milliseconds: number): string {
  const parts: string[] = [];
  let rest = milliseconds;
  for (const [unit, size] of [
    ['d', 86_400_000],
    ['h', 3_600_000],
    ['m', 60_000],
    ['s', 1000],
    ['ms', 1],
  ] as const) {
    const amount = Math.floor(rest / size);
    if (amount > 0) parts.push(`${amount}${unit}`);
    rest -= amount * size;
  }
  return parts.length > 0 ? parts.join('') : '0s';
}
