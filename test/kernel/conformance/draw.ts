/** Drawing values one after another, each perhaps by what was drawn before: fast-check's own generator, seeded. */
import fastCheck from 'fast-check';

export interface Draw {
  /** Both ends included. */
  integer(low: number, high: number): number;
  /** Any one of them; they must not be empty. */
  pick<Value>(values: readonly Value[]): Value;
  /** True in so many of a hundred cases. */
  chance(percent: number): boolean;
  /** One of the values, each as often as its weight says. */
  weighted<Value>(...values: readonly (readonly [weight: number, value: Value])[]): Value;
}

/** What `make` draws with this seed; the same each time. */
export function drawWith<Result>(seed: number, make: (draw: Draw) => Result): Result {
  const drawn = fastCheck.gen().map((generate) => make(drawFrom((low, high) => generate(integer, low, high))));
  const [result] = fastCheck.sample(drawn, { seed, numRuns: 1 });
  if (result === undefined) throw new Error('nothing was drawn');
  return result;
}

function integer(min: number, max: number): fastCheck.Arbitrary<number> {
  // Small values are no likelier than others here: what is an edge is known.
  return fastCheck.noBias(fastCheck.integer({ min, max }));
}

function drawFrom(integerBetween: (low: number, high: number) => number): Draw {
  const draw: Draw = {
    integer: (low, high) => (low >= high ? low : integerBetween(low, high)),
    pick: (values) => {
      const value = values[draw.integer(0, values.length - 1)];
      if (value === undefined) throw new Error('there is nothing to pick from');
      return value;
    },
    chance: (percent) => draw.integer(0, 99) < percent,
    weighted: (...values) => {
      let left = draw.integer(
        0,
        values.reduce((sum, [weight]) => sum + weight, -1),
      );
      for (const [weight, value] of values) {
        if (left < weight) return value;
        left -= weight;
      }
      throw new Error('weights must be positive');
    },
  };
  return draw;
}
