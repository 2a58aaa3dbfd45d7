/**
 * `shape` as rules that choose a class: those of a class's nested classes before its own, so that the first that matches is the
 * class that the language means. Each row has its class's number in a column, so that a row that is found is a class found.
 */
import type {
  Cell,
  Condition,
  Each,
  Origin,
  Rule,
  RowVariable,
  Shape,
  ShapeClass,
  ShapeEach,
  ShapeItem,
  Table,
} from '../model/index.ts';
import { classesIn, everyClass, numberClasses, type ClassNode } from '../model/shape-classes.ts';
import type { Column } from '../model/table.ts';

/** `shapes`: all of the policy's. The last rule is for what no class takes; without classes there is none. */
export function choiceOfClass(shape: Shape, shapes: readonly Shape[]): readonly (Rule | Each)[] {
  const nodes = classesIn(shape);
  if (nodes.length === 0) return [];
  const numbers = numberClasses(shape, shapes, nodes);
  const passes: Condition = {
    kind: 'zone',
    field: shape.direction === 'egress' ? 'out' : 'in',
    zones: [shape.zone],
  };
  const chooser = new Chooser(nodes, numbers.of);
  return [
    ...chooser.items(shape.body, [passes], undefined),
    choice({ ...shape.origin, name: `${shape.origin.name}/default` }, [passes], numbers.default),
  ];
}

/** The numbers of a class by row; at 0 of one that stands in no `each`. */
type Numbers = Map<number, number>;

class Chooser {
  readonly #numbers = new Map<Origin, Numbers>();
  readonly #rows = new Map<RowVariable, RowVariable>();

  constructor(nodes: readonly ClassNode[], numberOf: (node: ClassNode) => number) {
    for (const node of everyClass(nodes)) {
      const { origin } = node.source;
      let own = this.#numbers.get(origin);
      if (!own) this.#numbers.set(origin, (own = new Map()));
      own.set(node.row ?? 0, numberOf(node));
    }
  }

  /** `around`: what holds already; `row`: that of the innermost `each`, with the numbers. */
  items(items: readonly ShapeItem[], around: readonly Condition[], row: RowVariable | undefined): (Rule | Each)[] {
    return items.flatMap((item) =>
      item.kind === 'class' ? this.#class(item, around, row, '') : [this.#each(item, around)],
    );
  }

  #class(
    shapeClass: ShapeClass,
    around: readonly Condition[],
    row: RowVariable | undefined,
    outer: string,
  ): (Rule | Each)[] {
    const { condition, nested, origin } = shapeClass;
    const met = [...around, condition];
    const label = `${outer}${labelOf(shapeClass)}`;
    const number = row ? ({ kind: 'cell', row, column: columnName(label) } satisfies Cell) : this.#numberOf(origin, 0);
    const inside = nested.flatMap((item) =>
      item.kind === 'class' ? this.#class(item, met, row, `${label}_`) : [this.#each(item, met)],
    );
    return [...inside, this.#rule(origin, met, number)];
  }

  #rule(origin: Origin, met: readonly Condition[], number: number | Cell): Rule {
    return choice(
      origin,
      met.map((part) => withRows(part, this.#rows)),
      number,
    );
  }

  #each({ origin, row, rows, body }: ShapeEach, around: readonly Condition[]): Each {
    let own = this.#rows.get(row);
    if (!own) this.#rows.set(row, (own = { name: row.name, table: this.#numbered(row.table, body) }));
    return { kind: 'each', origin, row: own, rows, body: this.items(body, around, own) };
  }

  /** The table with a column for each class of its rows. It comes first, for a policy may have named another so. */
  #numbered(table: Table, body: readonly ShapeItem[]): Table {
    const columns = classesBelow(body, '').map(({ label, origin }): Column => {
      const values = Uint32Array.from({ length: table.rowCount }, (_, row) => this.#numberOf(origin, row));
      return {
        name: columnName(label),
        type: { kind: 'unsigned', bits: 32 },
        volatile: false,
        data: { store: 'integer', values },
        span: origin.span,
      };
    });
    return { ...table, columns: [...columns, ...table.columns] };
  }

  /** Rows that `where` has not picked have no class. */
  #numberOf(origin: Origin, row: number): number {
    return this.#numbers.get(origin)?.get(row) ?? 0;
  }
}

function classesBelow(
  items: readonly ShapeItem[],
  outer: string,
): { readonly label: string; readonly origin: Origin }[] {
  return items.flatMap((item) => {
    if (item.kind !== 'class') return [];
    const label = `${outer}${labelOf(item)}`;
    return [{ label, origin: item.origin }, ...classesBelow(item.nested, `${label}_`)];
  });
}

function labelOf({ name }: ShapeClass): string {
  return typeof name === 'string' ? name : name.column;
}

function columnName(label: string): string {
  return `class ${label}`;
}

function choice(origin: Origin, met: readonly Condition[], number: number | Cell): Rule {
  const condition: Condition = { kind: 'all', of: met.flatMap((part) => (part.kind === 'all' ? part.of : [part])) };
  return {
    kind: 'rule',
    origin,
    eachPacket: false,
    condition,
    gates: [],
    effects: [],
    verdict: undefined,
    translation: undefined,
    socket: undefined,
    class: number,
  };
}

/** The condition with cells of other variables' rows. */
function withRows(condition: Condition, rows: ReadonlyMap<RowVariable, RowVariable>): Condition {
  const moved = (cell: Cell): Cell => ({ ...cell, row: rows.get(cell.row) ?? cell.row });
  switch (condition.kind) {
    case 'all':
    case 'any':
      return { ...condition, of: condition.of.map((part) => withRows(part, rows)) };
    case 'not':
      return { ...condition, of: withRows(condition.of, rows) };
    case 'number':
      return 'kind' in condition.in ? { ...condition, in: moved(condition.in) } : condition;
    case 'address':
      return 'kind' in condition.in && condition.in.kind === 'cell'
        ? { ...condition, in: moved(condition.in) }
        : condition;
    case 'service cell': {
      const { protocol, port } = condition;
      return {
        ...condition,
        protocol: typeof protocol === 'number' ? protocol : moved(protocol),
        port: 'kind' in port ? moved(port) : port,
      };
    }
    default:
      return condition;
  }
}
