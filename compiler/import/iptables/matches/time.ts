/** `-m time`: hours and days, in UTC. */
import { FLAG, VALUE, type Extension, type Options } from '../options.ts';
import type { RuleBuilder } from '../rule-builder.ts';

const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];
const ENDS_OF_DAY = 24 * 3600;

export const time: Extension = {
  name: 'time',
  options: {
    datestart: VALUE,
    datestop: VALUE,
    timestart: VALUE,
    timestop: VALUE,
    monthdays: VALUE,
    weekdays: VALUE,
    contiguous: FLAG,
    kerneltz: FLAG,
    utc: FLAG,
    localtz: FLAG,
  },
  translate(options, rule) {
    const odd = ['monthdays', 'kerneltz', 'localtz'].find((name) => options.has(name));
    if (odd !== undefined) {
      return rule.onlyIptables(`\`--${odd}\` of a time`, 'Name hours and days of the week, in UTC.');
    }
    translateDates(options, rule);
    const start = secondsOf(options.value('timestart') ?? '00:00:00');
    const stop = secondsOf(options.value('timestop') ?? '23:59:59');
    const days = daysOf(options);
    if (start === undefined || stop === undefined || days === undefined) return rule.unknown('no time of a day');
    if (days.length === 0) return rule.never();
    translateHours({ start, stop, days, isContiguous: options.has('contiguous') }, rule);
  },
};

interface Hours {
  /** Seconds of the day, both within the time. */
  readonly start: number;
  readonly stop: number;
  readonly days: readonly string[];
  /** What goes over midnight belongs to the day that it begins on. */
  readonly isContiguous: boolean;
}

function translateHours({ start, stop, days, isContiguous }: Hours, rule: RuleBuilder): void {
  // The last second is within the time; the language's end is not, and both its ends are whole minutes.
  const end = stop + 1;
  const isDaily = days.length === DAYS.length;
  if (start === 0 && end === ENDS_OF_DAY) {
    if (!isDaily) rule.match('during', [`00:00-24:00 ${days.join(', ')}`]);
    return;
  }
  const isWithinDay = start <= stop;
  // Over midnight, the language counts all of the time to the day it begins on, as `--contiguous` does.
  const meansTheSame = isWithinDay || isDaily || isContiguous;
  if (start % 60 === 0 && end % 60 === 0 && start !== end % ENDS_OF_DAY && meansTheSame) {
    return rule.match('during', [`${clock(start)}-${clock(end)}${isDaily ? '' : ` ${days.join(', ')}`}`]);
  }
  if (!isWithinDay && !isDaily && isContiguous) {
    return rule.onlyIptables(
      'a time over midnight that does not end with a minute',
      'End it with 59 seconds: 05:59:59.',
    );
  }
  translateSeconds(start, stop, rule);
  if (!isDaily) rule.opaque(`meta day { ${days.map(numberOfDay).join(', ')} }`, 'days that end with a second');
}

/** What iptables-save writes where no date was given: the last second that it knows. */
const NO_END = '2038-01-19T03:14:07';

function translateDates(options: Options, rule: RuleBuilder): void {
  const [start, stop] = [options.value('datestart'), options.value('datestop')];
  if (start !== undefined && !/^1970-01-01T00:00:00$/.test(start)) {
    const from = dateOf(start);
    if (from === undefined) return rule.unknown(`\`${start}\` is no date`);
    rule.opaque(`meta time >= ${from}`, 'a time that begins with a second');
  }
  if (stop === undefined || stop === NO_END) return;
  const to = dateOf(stop);
  if (to === undefined) return rule.unknown(`\`${stop}\` is no date`);
  rule.opaque(`meta time < ${to + 1}`, 'a time that ends with a second');
}

/** Seconds since 1970 of `YYYY[-MM[-DD[Thh[:mm[:ss]]]]]`, in UTC. */
function dateOf(text: string): number | undefined {
  const [, year = '', month = '01', day = '01', hours = '00', minutes = '00', seconds = '00'] =
    /^(\d{4})(?:-(\d\d)(?:-(\d\d)(?:T(\d\d)(?::(\d\d)(?::(\d\d))?)?)?)?)?$/.exec(text) ?? [];
  const milliseconds = Date.parse(`${year}-${month}-${day}T${hours}:${minutes}:${seconds}Z`);
  return Number.isNaN(milliseconds) ? undefined : milliseconds / 1000;
}

/** Seconds of the day as numbers, which nft takes for UTC (the times that it writes itself are its host's). */
function translateSeconds(start: number, stop: number, rule: RuleBuilder): void {
  const what = 'a time that does not end with a minute';
  if (start <= stop) return rule.opaque(`meta hour ${start}-${stop}`, what);
  if (start - 1 >= stop + 1) rule.opaque(`meta hour != ${stop + 1}-${start - 1}`, what);
}

/** As nft counts them, from Sunday on. */
function numberOfDay(day: string): number {
  return (DAYS.indexOf(day) + 1) % DAYS.length;
}

function daysOf(options: Options): string[] | undefined {
  const word = options.value('weekdays');
  if (word === undefined) return DAYS;
  const names = word
    .split(',')
    .map((day) => (/^[1-7]$/.test(day) ? DAYS[Number(day) - 1]! : day.slice(0, 3).toLowerCase()));
  if (!names.every((day) => DAYS.includes(day))) return undefined;
  return DAYS.filter((day) => names.includes(day) !== options.isNegated('weekdays'));
}

function secondsOf(text: string): number | undefined {
  const [, hours, minutes, seconds = '0'] = /^(\d{1,2}):(\d{2})(?::(\d{2}))?$/.exec(text) ?? [];
  return hours === undefined ? undefined : Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds);
}

function clock(seconds: number): string {
  const two = (number: number): string => String(number).padStart(2, '0');
  return `${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}`;
}
