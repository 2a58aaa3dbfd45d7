/** Effects as nft statements. */
import type { Family } from '../../../compiler/4-program/program.ts';
import type { Effect, Memory, Origin } from '../../../compiler/model/index.ts';
import { identifier, quoted } from '../names.ts';
import type { Context } from './context.ts';
import { keyType } from './gates.ts';
import { hex, keyExpression, memorySetName } from './matches.ts';

export interface EffectPlace {
  readonly context: Context;
  readonly family: Family | undefined;
  readonly origin: Origin;
  /** In a stateful stage a mark is the flow's. */
  readonly stateful: boolean;
}

/** Longest log prefix (NF_LOG_PREFIXLEN is 128 with its end). */
const LONGEST_PREFIX = 127;

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
    if (effect.counter.kind === 'per row') {
      place.context.refuse(
        place.origin,
        'a counter for each row stands in a rule that needs more than the lookup',
        "Count in a rule of its own, in a `count` block or an `each` by the table's key.",
      );
      return [];
    }
    const { name, direction } = effect.counter;
    const wanted = identifier(direction === undefined ? name : `${name}_${direction}`);
    return [`counter name "${place.context.object('counter', `${name}/${direction ?? ''}`, wanted, [])}"`];
  },
  'mark set': (effect, place) => {
    if (typeof effect.value !== 'number') {
      place.context.refuse(
        place.origin,
        'a mark from a table stands in a rule that needs more than the lookup',
        'Set the mark in a rule of its own.',
      );
      return [];
    }
    const { value, mask } = effect;
    const setMark = (what: string) =>
      `${what} set ${mask >>> 0 === 0xffffffff ? hex(value) : `${what} & ${hex(~mask)} | ${hex(value)}`}`;
    return place.stateful ? [setMark('ct mark'), setMark('meta mark')] : [setMark('meta mark')];
  },
  remember: (effect, place) => [memoryStatement('update', effect, place)],
  forget: (effect, place) => [memoryStatement('delete', effect, place)],
  'dscp set': (effect, place) => {
    if (typeof effect.value !== 'number') {
      place.context.refuse(
        place.origin,
        'a DSCP from a table stands in a rule that needs more than the lookup',
        'Set it in a rule of its own.',
      );
      return [];
    }
    return [`${place.family === 6 ? 'ip6' : 'ip'} dscp set ${effect.value}`];
  },
  mss: (effect) =>
    effect.size === undefined
      ? ['tcp option maxseg size set rt mtu']
      : [`tcp option maxseg size > ${effect.size}`, `tcp option maxseg size set ${effect.size}`],
  notrack: () => ['notrack'],
  helper: (effect, place) => {
    place.context.refuse(
      place.origin,
      `the connection tracking helper \`${effect.helper}\` is not carried out yet`,
      'Leave it out, or allow the ports it would open.',
    );
    return [];
  },
  opaque: (effect, place) => {
    if (effect.plane === 'nftables') return [effect.text];
    place.context.refuse(
      place.origin,
      `\`opaque ${effect.plane}\` binds the rule to another plane`,
      'Add that plane to the target.',
    );
    return [];
  },
};

/** The statements of one effect. */
export function effectStatements(effect: Effect, place: EffectPlace): string[] {
  return (WRITERS[effect.kind] as EffectWriter<Effect['kind']>)(effect as never, place);
}

/** Effects whose statement may break off a rule, so that nothing may stand behind it in the same rule. */
export function mayBreak(effect: Effect): boolean {
  return effect.kind === 'remember' || effect.kind === 'forget' || effect.kind === 'mss' || effect.kind === 'opaque';
}

type MemoryEffect = Extract<Effect, { kind: 'remember' | 'forget' }>;

function memoryStatement(verb: string, effect: MemoryEffect, place: EffectPlace): string {
  const set = memorySet(place.context, effect.memory, place.family);
  const key = effect.key.map((field) => keyExpression(field, place.family)).join(' . ');
  const timeout = effect.duration === undefined ? '' : ` timeout ${durationText(effect.duration)}`;
  return `${verb} @${set} { ${key}${timeout} }`;
}

/** The set of a memory; one for each family where it holds addresses of both. */
export function memorySet(context: Context, memory: Memory, family: Family | undefined): string {
  const wanted = identifier(memorySetName(memory, family));
  return context.set(`memory ${wanted}`, wanted, (name) => ({
    kind: 'set',
    name,
    key: memory.columns.map((column) => memoryType(column, family)),
    data: [],
    flags: ['dynamic', 'timeout'],
    size: memory.bounds.keys,
    timeout: memory.timeout,
    counter: false,
    elements: undefined,
    description: `memory ${memory.name}; other programs may add to it`,
  }));
}

function memoryType(column: Memory['columns'][number], family: Family | undefined): string {
  const { type } = column;
  if (type.kind === 'address' || type.kind === 'prefix') {
    return keyType('source', type.family === 'both' ? family : type.family);
  }
  if (type.kind === 'protocol') return 'inet_proto';
  return type.kind === 'mac' ? 'ether_addr' : 'inet_service';
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
