/** Commands of `tc -batch`, as they are written, and as an earlier build's are read back. */
import type { TcCommand } from './tree.ts';

/** What a command needs to be said. */
export type PlainCommand = Omit<TcCommand, 'origin'>;

export type Verb = 'add' | 'change' | 'del';

/** `class add dev eth0 parent 1:1 classid 1:2f htb rate …`. To take something away, nobody need be told what it is. */
export function commandText(verb: Verb, { object, device, parent, id, what }: PlainCommand): string {
  const options = verb === 'del' ? '' : ` ${what}`;
  if (object === 'filter') {
    return `filter replace dev ${device} ${parent} pref ${PREFERENCE} protocol all handle ${id}${options}`;
  }
  if (parent === 'egress') return `qdisc replace dev ${device} clsact`;
  if (object === 'class') return `class ${verb} dev ${device} parent ${parent} classid ${id}${options}`;
  const place = parent === 'root' ? 'root' : `parent ${parent}`;
  // The root is put in the place of whatever is there.
  const put = parent === 'root' && verb === 'add' ? 'replace' : verb;
  return `qdisc ${put} dev ${device} ${place} handle ${id}${options}`;
}

/**
 * An empty queue instead of the interface's, whatever that is: HTB cannot take the place of another HTB of its number, and to
 * take away what may not be there would be an error.
 */
export function emptied(device: string): string {
  return `qdisc replace dev ${device} root handle ${PLACEHOLDER} pfifo`;
}

/** Takes the filters away that pick queues; others, and what they stand in, stay. */
export function withoutFilters(device: string): string {
  return `filter del dev ${device} egress pref ${PREFERENCE}`;
}

/** No class and no shaper has this number; `ffff:` is that of what a device may have for packets that come in. */
const PLACEHOLDER = '1f:';
/** Of filters: others may stand before and behind them. */
const PREFERENCE = 200;

const FILTER = /^filter replace dev (\S+) (egress) pref \d+ protocol all handle (\S+) (.+)$/;
const CLSACT = /^qdisc replace dev (\S+) clsact$/;
const QDISC = /^qdisc (?:add|replace) dev (\S+) (?:(root)|parent (\S+)) handle (\S+) (.+)$/;
const CLASS = /^class add dev (\S+) parent (\S+) classid (\S+) (.+)$/;

/** The commands of a file that `emitTree` wrote; undefined where it is none. */
export function readCommands(text: string): readonly PlainCommand[] | undefined {
  const commands: PlainCommand[] = [];
  for (const line of text.split('\n')) {
    if (line === '' || line.startsWith('#')) continue;
    const ofClass = CLASS.exec(line);
    const ofQdisc = QDISC.exec(line);
    const ofFilter = FILTER.exec(line);
    const ofClsact = CLSACT.exec(line);
    if (ofClass) {
      const [, device, parent, id, what] = ofClass;
      commands.push({ object: 'class', device: device!, parent: parent!, id: id!, what: what! });
    } else if (ofQdisc) {
      const [, device, root, parent, id, what] = ofQdisc;
      if (id !== PLACEHOLDER) {
        commands.push({ object: 'qdisc', device: device!, parent: root ?? parent!, id: id!, what: what! });
      }
    } else if (ofFilter) {
      const [, device, parent, id, what] = ofFilter;
      commands.push({ object: 'filter', device: device!, parent: parent!, id: id!, what: what! });
    } else if (ofClsact) {
      commands.push({ object: 'qdisc', device: ofClsact[1]!, parent: 'egress', id: '', what: 'clsact' });
    } else {
      return undefined;
    }
  }
  return commands;
}
