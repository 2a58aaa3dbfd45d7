/** What effects of rules do, in words. */
import type { HistoryEvent } from '../../proof/histories.ts';

interface EffectText {
  readonly kind: string;
  readonly prefix?: string;
  readonly counter?: {
    readonly kind: string;
    readonly name?: string;
    readonly cell?: unknown;
    readonly direction?: string;
  };
  readonly memory?: string;
  readonly key?: readonly string[];
  readonly size?: number;
  readonly helper?: string;
  readonly plane?: string;
  readonly text?: string;
  readonly value?: unknown;
}

export function effectText(event: HistoryEvent): string {
  if (event.kind === 'mark') {
    const bits = ~event.keep >>> 0;
    return `mark set 0x${event.set.toString(16)}${bits === 0xffffffff ? '' : `/0x${bits.toString(16)}`}`;
  }
  if (event.kind === 'dscp') return `dscp set ${event.value}`;
  if (!event.text.startsWith('{')) return event.text;
  const effect = JSON.parse(event.text) as EffectText;
  switch (effect.kind) {
    case 'log':
      return `logged${effect.prefix === '' || effect.prefix === undefined ? '' : ` "${effect.prefix}"`}`;
    case 'count':
      return 'counted';
    case 'remember':
      return `${effect.key?.join(', ')} remembered in ${effect.memory}`;
    case 'forget':
      return `${effect.key?.join(', ')} forgotten in ${effect.memory}`;
    case 'mss':
      return effect.size === undefined ? 'clamped to the path' : `clamped to ${effect.size}`;
    case 'notrack':
      return 'exempted from tracking';
    case 'helper':
      return `given helper ${effect.helper}`;
    case 'mark set':
    case 'dscp set':
      return `${effect.kind} ${cellOr(effect.value)}`;
    default:
      return effect.text ?? effect.kind;
  }
}

/** What is written to: `counter smtp`, `memory banned`. */
export function registerText(register: string): string {
  if (!register.startsWith('{')) return register;
  const { counter } = JSON.parse(register) as EffectText;
  const direction = counter?.direction === undefined ? '' : ` (${counter.direction})`;
  const name = counter?.name ?? cellOr(counter?.cell);
  return `counter ${name}${direction}`;
}

function cellOr(value: unknown): string {
  if (typeof value === 'object' && value !== null && 'cell' in value) return String(value.cell);
  return String(value);
}
