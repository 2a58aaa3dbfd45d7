/** Lines for `tc -batch` that change what stays where it is, one class, queue, filter or policer each. */
import { classLedTo, commandText, type PlainCommand, type PolicerText } from './commands.ts';

/** The commands of a build by what they make. */
type ByThing = ReadonlyMap<string, PlainCommand>;

/** `last`: what of all that is changed goes behind what is added, for it may lead there. */
export type Changes = Record<'removed' | 'changed' | 'added' | 'last', readonly string[]>;

/** Lines in the order in which the kernel takes them: nothing is removed that something stands in, or added to what is not there. */
export function changesBetween(
  before: readonly PlainCommand[],
  after: readonly PlainCommand[],
  policers: PolicerText,
): Changes {
  const [was, is] = [byThing(before), byThing(after)];
  const stays = (key: string, command: PlainCommand) => {
    const other = is.get(key);
    return other !== undefined && isOneThing(command, other) && !isMoved(command);
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
  const changed: string[] = [];
  const last: string[] = [];
  for (const [key, command] of was) {
    if (stays(key, command)) {
      const later = is.get(key)!;
      if (later.what === command.what) continue;
      const own = later.object === 'policer' || classLedTo(later) !== undefined ? last : changed;
      own.push(commandText('change', { ...later, what: policers.whatOf(later) }));
    } else if (command.object === 'class' || (command.object !== 'policer' && !isInMoved(command))) {
      // A class takes its queue away with it.
      removed.push(commandText('del', command));
    }
  }
  const added = [...is]
    .filter(([key, { object }]) => object !== 'policer' && (!was.has(key) || !stays(key, was.get(key)!)))
    .map(([, command]) => commandText('add', { ...command, what: policers.whatOf(command) }));
  return { removed: removed.toReversed(), changed, added, last };
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

function kindOf({ what }: PlainCommand): string {
  return what.split(' ', 1)[0]!;
}
