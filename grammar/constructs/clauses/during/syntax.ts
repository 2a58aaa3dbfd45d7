import type { DuringClause, Weekday } from '../../../ast/index.ts';
import type { Grammar, Syntax } from '../../../dsl.ts';
import * as T from '../../../tokens.ts';
import { WEEKDAYS } from '../../../words.ts';

/** Any other word is the next clause: `during 08:00-18:00 ssh`. */
function isDay(p: Grammar): boolean {
  const token = p.LA(1);
  return token.tokenType === T.WeekdayRangeToken || WEEKDAYS.some((day) => day === token.image);
}

export const duringClauseSyntax: Syntax = (p) => {
  p.RULE('duringClause', (): DuringClause => {
    const { startOffset } = p.consume(0, T.Keyword.during);
    const range = p.consume(0, T.TimeRangeToken);
    const days = p.option(0, { GATE: () => isDay(p), DEF: () => p.subrule(0, p.days) });
    const offset = p.option(1, () => p.consume(0, T.UtcOffsetToken));
    return p.ACTION(() => {
      const [fromMinute, toMinute] = range.payload as readonly [number, number];
      const offsetMinutes = offset === undefined ? 0 : Number(offset.payload);
      const span = p.spanFrom(startOffset);
      return { kind: 'during', fromMinute, toMinute, days: days ?? [], offsetMinutes, span };
    });
  });

  p.RULE('days', (): Weekday[] => {
    const days: Weekday[] = [];
    const first = p.subrule(0, p.dayOrDays);
    p.ACTION(() => days.push(...first));
    p.many(0, () => {
      p.consume(0, T.Comma);
      const more = p.subrule(1, p.dayOrDays);
      p.ACTION(() => days.push(...more));
    });
    return days;
  });

  p.RULE('dayOrDays', (): readonly Weekday[] =>
    p.or<readonly Weekday[]>(0, [
      { ALT: () => p.consume(0, T.WeekdayRangeToken).payload as readonly Weekday[] },
      { ALT: () => [p.freeWord(0, WEEKDAYS, 'day of the week')] },
    ]),
  );
};
