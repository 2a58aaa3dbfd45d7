/** `-m time`: hours and days, in UTC. */
import { FLAG, VALUE, type Extension, type Options } from '../options.ts';

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
    const odd = ['datestart', 'datestop', 'monthdays', 'kerneltz', 'localtz', 'contiguous'].find((name) =>
      options.has(name),
    );
    if (odd !== undefined) return rule.refuse(`\`--${odd}\` of a time`, 'Name hours and days of the week, in UTC.');
    const start = secondsOf(options.value('timestart') ?? '00:00:00');
    const stop = secondsOf(options.value('timestop') ?? '23:59:59');
    const days = daysOf(options);
    if (start === undefined || stop === undefined || days === undefined) return rule.unknown('no time of a day');
    // The last second is within the time; the language's end is not, and both its ends are whole minutes.
    if (start % 60 !== 0 || (stop + 1) % 60 !== 0) {
      return rule.refuse(
        'a time that does not end with a minute',
        'End it with the last second of a minute: 17:59:59.',
      );
    }
    const end = stop + 1;
    const isWhole = start === 0 && end === ENDS_OF_DAY;
    if (isWhole && days.length === 7) return;
    if (start >= end) return rule.refuse('a time over midnight', 'Write two rules: until midnight, and from it on.');
    rule.match('during', [`${clock(start)}-${clock(end)}${days.length === 7 ? '' : ` ${days.join(', ')}`}`]);
  },
};

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
