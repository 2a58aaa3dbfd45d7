/** What no field of a packet answers, in words. */
import { formatCalendar } from './calendar.ts';

interface RateGate {
  readonly kind: 'rate' | 'connections' | 'sample';
  readonly sense?: 'over' | 'up to';
  readonly rate?: {
    readonly amount?: number;
    readonly perSeconds?: number;
    readonly of?: string;
    readonly cell?: string;
  };
  readonly count?: number;
  readonly one?: number;
  readonly of?: number;
  readonly burst?: number;
  readonly per?: readonly { readonly field: string; readonly prefix4: number; readonly prefix6: number }[];
}

const GATE = /^gate (.*), asked after \d+$/s;
const OPAQUE = /^opaque (.*), asked after \d+$/s;

/** Behind what happens if the gate is open: `up to 10/minute per source`. */
export function gateText(question: string): string {
  const [, gate] = GATE.exec(question) ?? [];
  if (gate !== undefined) return limitText(JSON.parse(gate) as RateGate);
  const [, words] = OPAQUE.exec(question) ?? [];
  return `where \`${words ?? question}\` holds`;
}

/** Of a register of a limit: `gate {…}`. */
export function limitOf(register: string): string {
  return limitText(JSON.parse(register.slice('gate '.length)) as RateGate);
}

function limitText({ kind, sense, rate, count, one, of, burst, per }: RateGate): string {
  if (kind === 'sample') return `for a sample of ${one ?? 1} in ${of ?? 1}`;
  const keys = per && per.length > 0 ? ` per ${per.map(keyText).join(', ')}` : '';
  if (kind === 'connections') return `${sense} ${count} connections${keys}`;
  return `${sense} ${rateText(rate ?? {})}${keys}${burst === undefined || burst === 5 ? '' : ` burst ${burst}`}`;
}

function keyText({
  field,
  prefix4,
  prefix6,
}: {
  readonly field: string;
  readonly prefix4: number;
  readonly prefix6: number;
}): string {
  const isAddress = field === 'source' || field === 'destination';
  if (!isAddress || (prefix4 === 32 && prefix6 === 128)) return field;
  return `${field} /${prefix4}, /${prefix6}`;
}

const SECONDS: Readonly<Record<number, string>> = { 1: 'second', 60: 'minute', 3600: 'hour', 86400: 'day' };

function rateText({ amount, perSeconds = 1, of, cell }: NonNullable<RateGate['rate']>): string {
  if (cell !== undefined) return cell;
  const unit = SECONDS[perSeconds] ?? `${perSeconds} seconds`;
  return of === 'events' ? `${amount}/${unit}` : `${amount} ${of}/${unit}`;
}

interface TestText {
  readonly kind: string;
  readonly memory?: string;
  readonly key?: readonly string[];
  readonly seconds?: number;
  readonly fromMinute?: number;
  readonly toMinute?: number;
  readonly days?: readonly number[];
  readonly field?: unknown;
  readonly left?: string;
  readonly right?: string;
  readonly zone?: string;
  readonly plane?: string;
  readonly text?: string;
}

/** An answer that is yes, or no, of all packets of a region. */
export function answerText(question: string, isYes: boolean): string {
  const test = testOf(question);
  const not = isYes ? '' : 'not ';
  switch (test?.kind) {
    case 'memory':
      return `${test.key?.join(', ')} ${not}in ${test.memory}`;
    case 'until':
      return `${isYes ? 'before' : 'from'} ${formatCalendar(test.seconds ?? 0)}${isYes ? '' : ' on'}`;
    case 'during':
      return `${not}during ${clock(test.fromMinute)}-${clock(test.toMinute)}${daysText(test.days)}`;
    case 'same field':
      return `${test.left} ${isYes ? '==' : '!='} ${test.right}`;
    case 'address of zone':
      return `${String(test.field)} ${isYes ? 'is' : 'is not'} an address of ${test.zone}`;
    case 'payload':
      return `payload ${isYes ? 'as' : 'not as'} the rule says`;
    default:
      return machineText(question, isYes) ?? `${not}${question}`;
  }
}

/** Questions as rules that were read back have them (proof/machine). */
function machineText(question: string, isYes: boolean): string | undefined {
  const [, key, memory] = /^(.*) in memory (.*)$/.exec(question) ?? [];
  if (key !== undefined) return `${key.replaceAll('/real', '')} ${isYes ? '' : 'not '}in ${memory}`;
  const [, limit] = /^limit (.*) says yes$/.exec(question) ?? [];
  return limit === undefined ? undefined : `where limit ${limit} says ${isYes ? 'yes' : 'no'}`;
}

function testOf(question: string): TestText | undefined {
  if (!question.startsWith('{')) return undefined;
  return (JSON.parse(question) as { readonly test?: TestText }).test;
}

function clock(minute = 0): string {
  return `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;
}

const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];

function daysText(days: readonly number[] = []): string {
  return days.length === 7 ? '' : ` ${days.map((day) => DAYS[day]).join(', ')}`;
}
