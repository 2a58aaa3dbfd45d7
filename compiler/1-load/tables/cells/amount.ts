/** `size` in bytes and `duration` in milliseconds. */
import type { ColumnData } from '../../../model/table.ts';
import { readDuration, readSize } from './amount-text.ts';
import { grownNumbers, type CellReader, type Complaint } from './cell-reader.ts';
import { DistinctTexts } from './distinct-texts.ts';

class AmountCells implements CellReader {
  readonly #amounts: DistinctTexts<number>;
  readonly #complaint: Complaint;
  #values = new Float64Array(0);

  constructor(read: (text: string) => number | undefined, complaint: Complaint) {
    this.#amounts = new DistinctTexts(read);
    this.#complaint = complaint;
  }

  reserve(rows: number): void {
    this.#values = grownNumbers(this.#values, rows);
  }

  read(bytes: Uint8Array, start: number, end: number, row: number): boolean {
    const amount = this.#amounts.valueOf(bytes, start, end);
    if (amount === undefined) return false;
    this.#values[row] = amount;
    return true;
  }

  explain(): Complaint {
    return this.#complaint;
  }

  finish(rows: number): ColumnData {
    return { store: 'number', values: this.#values.slice(0, rows) };
  }
}

export class SizeCells extends AmountCells {
  constructor() {
    super(readSize, { problem: 'is no size', hint: 'A size is a number with its unit: `1500B`, `64KiB`, `10MB`.' });
  }
}

export class DurationCells extends AmountCells {
  constructor() {
    super(readDuration, {
      problem: 'is no duration',
      hint: 'A duration is a number with its unit: `100ms`, `5s`, `12h`.',
    });
  }
}
