/** `rate`: events, bits or bytes in a time. */
import type { ColumnData } from '../../../model/table.ts';
import { readRate, type RateText } from './amount-text.ts';
import { grownBytes, grownNumbers, type CellReader, type Complaint } from './cell-reader.ts';
import { DistinctTexts } from './distinct-texts.ts';

/** How the store numbers what is counted. */
const OF = { events: 0, bits: 1, bytes: 2 } as const;

export class RateCells implements CellReader {
  readonly #rates = new DistinctTexts<RateText>(readRate);
  #amounts = new Float64Array(0);
  #perSeconds = new Float64Array(0);
  #of = new Uint8Array(0);

  reserve(rows: number): void {
    this.#amounts = grownNumbers(this.#amounts, rows);
    this.#perSeconds = grownNumbers(this.#perSeconds, rows);
    this.#of = grownBytes(this.#of, rows);
  }

  read(bytes: Uint8Array, start: number, end: number, row: number): boolean {
    const rate = this.#rates.valueOf(bytes, start, end);
    if (!rate) return false;
    this.#amounts[row] = rate.amount;
    this.#perSeconds[row] = rate.perSeconds;
    this.#of[row] = OF[rate.of];
    return true;
  }

  explain(): Complaint {
    return { problem: 'is no rate', hint: 'A rate is an amount in a time: `100/second`, `40kpps`, `5mbit`.' };
  }

  finish(rows: number): ColumnData {
    return {
      store: 'rate',
      amounts: this.#amounts.slice(0, rows),
      perSeconds: this.#perSeconds.slice(0, rows),
      of: this.#of.slice(0, rows),
    };
  }
}
