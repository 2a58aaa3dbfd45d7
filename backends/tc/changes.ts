/** Lines for `tc -batch` that change what stays where it is, one class, queue, filter or policer each. */
import {
  classLedTo,
  commandText,
  isPlace,
  isTable,
  withoutChoice,
  type PlainCommand,
  type PolicerText,
} from './commands.ts';

/** The commands of a build by what they make. */
type ByThing = ReadonlyMap<string, PlainCommand>;

/**
 * `last`: what of all that is changed goes behind what is added, for it may lead there. `tidied`: tables that go when the kernel has
 * let go of what led to them.
 */
export type Changes = Record<'removed' | 'changed' | 'added' | 'last' | 'tidied', readonly string[]>;

/** Lines in the order in which the kernel takes them: nothing is removed that something stands in, or added to what is not there. */
export function changesBetween(
  before: readonly PlainCommand[],
  after: readonly PlainCommand[],
  policers: PolicerText,
): Changes {
  const [was, is] = [byThing(before), byThing(after)];
  const anew = otherPlaces(before, after);
  const isAnew = ({ object, device, parent }: PlainCommand) => object === 'filter' && anew.has(`${device} ${parent}`);
  const stays = (key: string, command: PlainCommand) => {
    const other = is.get(key);
    return other !== undefined && isOneThing(command, other) && !isMoved(command) && !isAnew(command);
  };
  const moved = new Set<string>();
  const isInMoved = ({ device, parent }: PlainCommand) => moved.has(`${device} ${parent}`);
  // The kernel keeps a class as long as a filter leads there.
  const isMoved = (command: PlainCommand) =>
    isInMoved(command) || moved.has(`${command.device} ${classLedTo(command) ?? ''}`);
  // What stands in something comes behind it, so what it stands in is known to be moved before it is asked.
  for (const [key, command] of was) {
    if (command.object === 'class' && !stays(key, command)) moved.add(`${command.device} ${command.id}`);
  }
  const removed: string[] = [];
  const emptied = new Set<string>();
  const changed: string[] = [];
  const last: string[] = [];
  const tidied: string[] = [];
  for (const [key, command] of was) {
    if (stays(key, command)) {
      const later = is.get(key)!;
      if (later.what === command.what) continue;
      const own = later.object === 'policer' || classLedTo(later) !== undefined ? last : changed;
      own.push(commandText('change', { ...later, what: policers.whatOf(later) }));
    } else if (isAnew(command)) {
      emptied.add(withoutChoice(command));
    } else if (command.object === 'class' || (command.object !== 'policer' && !isInMoved(command))) {
      // A class takes its queue away with it.
      (isTable(command) ? tidied : removed).push(commandText('del', command));
    }
  }
  const added = [...is]
    .filter(([key, { object }]) => object !== 'policer' && (!was.has(key) || !stays(key, was.get(key)!)))
    .map(([, command]) => commandText('add', { ...command, what: policers.whatOf(command) }));
  return { removed: [...emptied, ...removed.toReversed()], changed, added, last, tidied };
}

/** Trees whose filters are of another kind: theirs go together, for what keeps their places cannot go by itself. */
function otherPlaces(before: readonly PlainCommand[], after: readonly PlainCommand[]): ReadonlySet<string> {
  const places = (commands: readonly PlainCommand[]) =>
    new Set(commands.filter(isPlace).map(({ device, parent }) => `${device} ${parent}`));
  const [was, is] = [places(before), places(after)];
  return new Set([...was, ...is].filter((place) => was.has(place) !== is.has(place)));
}

function byThing(commands: readonly PlainCommand[]): ByThing {
  return new Map(commands.map((command) => [thingOf(command), command]));
}

/** Filters are counted where they stand, all else in the interface. */
function thingOf({ object, device, parent, id }: PlainCommand): string {
  return `${object} ${device} ${object === 'filter' ? parent : ''} ${id}`;
}

/** Whether the kernel can change the one into the other: it stands in the same class, and is of the same kind. */
function isOneThing(one: PlainCommand, other: PlainCommand): boolean {
  return one.parent === other.parent && kindOf(one) === kindOf(other);
}

/** What a filter of u32's asks the kernel never changes, and says nothing of it. */
function kindOf({ what }: PlainCommand): string {
  const [kind = ''] = what.split(' ', 1);
  return kind === 'u32' ? what.replace(/ classid \S+$/, '') : kind;
}
