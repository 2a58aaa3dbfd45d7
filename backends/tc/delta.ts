/** What leads from an earlier build's queues to a later one's: what is alike in both is not touched, and loses no packet. */
import Handlebars from 'handlebars';
import { oneLine } from '../../compiler/artifacts/one-line.ts';
import type { DeltaOutcome, FormerBuild } from '../../compiler/plane.ts';
import { commandText, PolicerText, readCommands, type PlainCommand } from './commands.ts';
import { UP } from './emit.ts';
import * as templates from './templates.gen.ts';

const CHANGE = 'tc/change.batch';
const HEAD = Handlebars.compile(templates.changeHead, { noEscape: true, strict: false });

/** The commands of both builds by what they make. */
type ByThing = ReadonlyMap<string, PlainCommand>;

export function deltaBetween(
  former: FormerBuild,
  later: { readonly policy: string; readonly build: string; readonly commands: readonly PlainCommand[] },
): DeltaOutcome {
  const text = former.files.get(UP);
  const before = text && readCommands(new TextDecoder().decode(text));
  if (!before) return none(`it has no ${UP} that this version of Sluice would write`);
  const [was, is] = [byThing(before), byThing(later.commands)];
  const roots = (things: ByThing) => [...things.values()].filter(isFixed).map((root) => commandText('add', root));
  if (roots(was).join('\n') !== roots(is).join('\n')) {
    return none('an interface has another kind of queue, another default or other queues, and they are made anew');
  }
  const changes = changesBetween(was, is);
  const lines = [...changes.removed, ...changes.changed, ...changes.added, ...changes.policed];
  const head = HEAD({ policy: oneLine(later.policy), from: former.build, build: later.build });
  return {
    kind: 'delta',
    artifacts: [
      {
        path: CHANGE,
        content: [new TextEncoder().encode(`${head}\n${lines.map((line) => `${line}\n`).join('')}`)],
        description: `what leads from build ${former.build.slice(0, 12)} to this one, line by line`,
      },
    ],
    load: lines.length > 0 ? [`tc -batch ${CHANGE}`] : [],
    figures: {
      'queues removed': changes.removed.length,
      'queues changed': changes.changed.length + changes.policed.length,
      'queues added': changes.added.length,
    },
    remarks: changes.removed.length > 0 ? ['packets that wait in a class that is gone are lost'] : [],
  };
}

/** What the kernel changes only by making all of it anew; the trees across queues are HTB's, and their defaults are theirs. */
function isFixed(command: PlainCommand): boolean {
  const { object, parent } = command;
  return parent === 'root' || parent === 'egress' || (object === 'qdisc' && kindOf(command) === 'htb');
}

function none(why: string): DeltaOutcome {
  return { kind: 'none', why };
}

function byThing(commands: readonly PlainCommand[]): ByThing {
  return new Map(commands.map((command) => [`${command.object} ${command.device} ${command.id}`, command]));
}

/** Lines in the order in which the kernel takes them: nothing is removed that something stands in, or added to what is not there. */
function changesBetween(was: ByThing, is: ByThing): Record<'removed' | 'changed' | 'added' | 'policed', string[]> {
  const stays = (key: string, command: PlainCommand) => {
    const other = is.get(key);
    return other !== undefined && isOneThing(command, other) && !isMoved(command);
  };
  const moved = new Set<string>();
  const isMoved = ({ device, parent }: PlainCommand) => moved.has(`${device} ${parent}`);
  // What stands in something comes behind it, so what it stands in is known to be moved before it is asked.
  for (const [key, command] of was) {
    if (command.object === 'class' && !stays(key, command)) moved.add(`${command.device} ${command.id}`);
  }
  const policers = new PolicerText(is.values());
  const removed: string[] = [];
  const changed: string[] = [];
  const policed: string[] = [];
  for (const [key, command] of was) {
    if (stays(key, command)) {
      const later = is.get(key)!;
      if (later.what === command.what) continue;
      const own = later.object === 'policer' ? policed : changed;
      own.push(commandText('change', { ...later, what: policers.whatOf(later) }));
    } else if (command.object === 'class' || (command.object !== 'policer' && !isMoved(command))) {
      // A class takes its queue away with it.
      removed.push(commandText('del', command));
    }
  }
  const added = [...is]
    .filter(([key, { object }]) => object !== 'policer' && (!was.has(key) || !stays(key, was.get(key)!)))
    .map(([, command]) => commandText('add', { ...command, what: policers.whatOf(command) }));
  return { removed: removed.toReversed(), changed, added, policed };
}

/** Whether the kernel can change the one into the other: it stands in the same class, and is of the same kind. */
function isOneThing(one: PlainCommand, other: PlainCommand): boolean {
  return one.parent === other.parent && kindOf(one) === kindOf(other);
}

function kindOf({ what }: PlainCommand): string {
  return what.split(' ', 1)[0]!;
}
