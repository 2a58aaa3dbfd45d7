import type { Clause, ShapeClass, Value } from '../../../ast/index.ts';
import { words, type Doc, type Printing } from '../../../printing.ts';
import { printClause } from '../../clauses/print.ts';
import { printName } from '../../values/name/print.ts';
import { printCounter } from '../effect/print.ts';

export function printClass(shapeClass: ShapeClass, at: Printing): Doc {
  const { name, clauses, nested } = shapeClass;
  const options = optionsOf(shapeClass, at);
  const conditions = clauses.length === 0 ? [] : ['for', ...clauses.map((clause) => printClause(clause, at))];
  // What the last clause would take for its own stands before the clauses.
  const head = takesMore(clauses.at(-1))
    ? words('class', printCounter(name), ...options, ...conditions)
    : words('class', printCounter(name), ...conditions, ...options);
  return nested.length === 0 ? head : at.block(shapeClass, head, nested, (item) => at.ruleItem(item));
}

function optionsOf({ guarantee, ceiling, priority, burst, latency, leaf, ecn }: ShapeClass, at: Printing): Doc[] {
  const valued = (word: string, value: Value | undefined): Doc[] =>
    value === undefined ? [] : [words(word, at.value(value))];
  const isFirst = priority?.kind === 'integer' && priority.value === 0n && isWord(at.written(priority));
  return [
    ...valued('guarantee', guarantee),
    ...valued('ceiling', ceiling),
    ...(isFirst ? ['first'] : valued('priority', priority)),
    ...valued('burst', burst),
    ...valued('latency', latency),
    ...(leaf ? [`leaf ${printName(leaf)}`] : []),
    ...(ecn ? [ecn.text] : []),
  ];
}

/** `first` is how priority 0 is written unless someone wrote the number. */
function isWord(written: string | undefined): boolean {
  return written === undefined || written === 'first';
}

/** `burst` behind a rate is the rate's, `first` behind `fragment` the fragment's. */
function takesMore(clause: Clause | undefined): boolean {
  if (clause?.kind === 'not') return takesMore(clause.clause);
  return clause?.kind === 'rate' || clause?.kind === 'connections' || clause?.kind === 'fragment';
}
