/** `date`: a day of the calendar, in the store as days since 1970-01-01. */
import type { ColumnData } from '../../../model/table.ts';
import { grownWords, type CellReader, type Complaint } from './cell-reader.ts';
import { DistinctTexts } from './distinct-texts.ts';

const DAY = 86_400_000;

/** Days from 1970-01-01 to a day written `2026-12-31`; undefined for any other text and for what is no day. */
function readDate(text: string): number | undefined {
  const [, year, month, day] = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text) ?? [];
  if (year === undefined) return undefined;
  const time = Date.UTC(Number(year), Number(month) - 1, Number(day));
  // A day that does not exist, as 31 April, comes out as another one.
  if (time < 0 || !new Date(time).toISOString().startsWith(text)) return undefined;
  return time / DAY;
}

export class DateCells implements CellReader {
  readonly #dates = new DistinctTexts(readDate);
  #values = new Uint32Array(0);

  reserve(rows: number): void {
    this.#values = grownWords(this.#values, rows);
  }

  read(bytes: Uint8Array, start: number, end: number, row: number): boolean {
    const days = this.#dates.valueOf(bytes, start, end);
    if (days === undefined) return false;
    this.#values[row] = days;
    return true;
  }

  explain(text: string): Complaint {
    const [, day, month, year] = /^(\d{1,2})[./](\d{1,2})[./](\d{4})$/.exec(text) ?? [];
    const looksLike =
      year && month && day ? ` Do you mean ${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}?` : '';
    return { problem: 'is no date', hint: `A date is a day from 1970 on, written \`2026-12-31\`.${looksLike}` };
  }

  finish(rows: number): ColumnData {
    return { store: 'integer', values: this.#values.slice(0, rows) };
  }
}
