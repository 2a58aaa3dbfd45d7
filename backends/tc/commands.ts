/** Commands of `tc -batch`, as they are written, and as an earlier build's are read back. */
import type { TcCommand } from './tree.ts';

/** What a command needs to be said. */
export type PlainCommand = Omit<TcCommand, 'origin'>;

export type Verb = 'add' | 'change' | 'del';

const LED_TO = /action police (?:rate .*? )?index (\d+)/g;

/**
 * Filters make the policers that they lead to, and the kernel takes these away with the last of them, a moment later. So a filter
 * says what a policer is like where it may be the first to lead to it; one that is there already stays as it was.
 */
export class PolicerText {
  readonly #policers: ReadonlyMap<string, string>;
  readonly #made = new Set<string>();

  constructor(commands: Iterable<PlainCommand>) {
    const policers = [...commands].filter(({ object }) => object === 'policer');
    this.#policers = new Map(policers.map(({ id, what }) => [id, what]));
  }

  /** What a filter is, with the policers that no text before it has made. */
  whatOf({ what }: PlainCommand): string {
    return what.replaceAll(LED_TO, (led, index: string) => {
      const policer = this.#policers.get(index);
      if (policer === undefined || this.#made.has(index)) return led;
      this.#made.add(index);
      return `action police ${policer} index ${index}`;
    });
  }
}

/** `class add dev eth0 parent 1:1 classid 1:2f htb rate …`. To take something away, nobody need be told what it is. */
export function commandText(verb: Verb, { object, device, parent, id, what }: PlainCommand): string {
  const options = verb === 'del' ? '' : ` ${what}`;
  if (object === 'policer') return `actions change action police${options} index ${id}`;
  if (object === 'filter' && parent !== 'egress') {
    const asked = verb === 'del' ? ` ${what.split(' ', 1)[0]!}` : options;
    const place = parent === 'ingress' ? `ingress chain ${CHAIN}` : `parent ${parent}`;
    return `filter ${verb === 'change' ? 'replace' : verb} dev ${device} ${place} ${id}${asked}`;
  }
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

/** Takes all filters of a tree away, with their tables. */
export function withoutChoice({ device, parent }: PlainCommand): string {
  return `filter del dev ${device} parent ${parent}`;
}

/**
 * What an earlier build has policed is policed no more: the chain is made, if there is none, and emptied. Others' filters are in
 * other chains.
 */
export function withoutPolicing(device: string): readonly string[] {
  return [
    `filter replace dev ${device} ingress chain ${CHAIN} pref ${LAST_PREFERENCE} protocol all handle 0x1 flower action ok`,
    emptyChain(device),
  ];
}

/** From here on frames are policed: what comes in goes to the chain. */
export function policing(device: string): string {
  return `filter replace dev ${device} ingress ${ENTRY} protocol all handle 0x1 flower action goto chain ${CHAIN}`;
}

/** Takes the chain away, and the way there. */
export function withoutChain(device: string): readonly string[] {
  return [`filter del dev ${device} ingress ${ENTRY}`, emptyChain(device)];
}

function emptyChain(device: string): string {
  return `filter del dev ${device} ingress chain ${CHAIN}`;
}

/** Of the filter behind those of all rules, in a chain of filters that police. */
export const LAST_PREFERENCE = 65_000;

/**
 * Fails where an interface does not use as many queues as its classes are across: what the filters then send to a queue that
 * rests, the driver would give to another one, in whose tree it has no class.
 */
export function queueChecks(commands: readonly PlainCommand[]): readonly string[] {
  return commands
    .filter(({ parent, what }) => parent === 'root' && what === 'mq')
    .map(({ device, id }) => {
      const queues = commands.filter((one) => one.device === device && one.parent.startsWith(id) && isTree(one));
      return `ls -d /sys/class/net/${device}/queues/tx-${queues.length - 1}`;
    });
}

function isTree({ object, what }: PlainCommand): boolean {
  return object === 'qdisc' && what.startsWith('htb ');
}

/** No class and no shaper has this number; `ffff:` is that of what a device may have for packets that come in. */
const PLACEHOLDER = '1f:';
/** Of filters: others may stand before and behind them. */
const PREFERENCE = 200;
const ENTRY = `pref ${PREFERENCE}`;
/** Of filters that police: a chain of their own. */
const CHAIN = 200;

const POLICER = /^actions change action police (.+) index (\d+)$/;
const POLICING = /^filter add dev (\S+) ingress chain \d+ (pref \d+ protocol \S+ handle \S+) (.+)$/;
const CHOICE = /^filter add dev (\S+) parent (\S+) (pref \d+ protocol \S+ handle \S+) (.+)$/;
/** What makes the chain and leads there is the same in all builds. */
const FRAME_OF_POLICING = /^filter (?:replace|del) dev \S+ ingress /;
const FILTER = /^filter replace dev (\S+) (egress) pref \d+ protocol all handle (\S+) (.+)$/;
const CLSACT = /^qdisc replace dev (\S+) clsact$/;
const QDISC = /^qdisc (?:add|replace) dev (\S+) (?:(root)|parent (\S+)) handle (\S+) (.+)$/;
const CLASS = /^class add dev (\S+) parent (\S+) classid (\S+) (.+)$/;

/** The commands of a file that `emitTree` wrote; undefined where it is none. */
export function readCommands(text: string): readonly PlainCommand[] | undefined {
  const commands: PlainCommand[] = [];
  for (const line of text.split('\n')) {
    if (line === '' || line.startsWith('#') || FRAME_OF_POLICING.test(line)) continue;
    const ofPolicer = POLICER.exec(line);
    const ofPolicing = POLICING.exec(line);
    const ofChoice = CHOICE.exec(line);
    const ofClass = CLASS.exec(line);
    const ofQdisc = QDISC.exec(line);
    const ofFilter = FILTER.exec(line);
    const ofClsact = CLSACT.exec(line);
    if (ofPolicer) {
      commands.push({ object: 'policer', device: '', parent: '', id: ofPolicer[2]!, what: ofPolicer[1]! });
    } else if (ofPolicing) {
      const [, device, id, what] = ofPolicing;
      commands.push({ object: 'filter', device: device!, parent: 'ingress', id: id!, what: withoutPolicers(what!) });
    } else if (ofChoice) {
      const [, device, parent, id, what] = ofChoice;
      commands.push({ object: 'filter', device: device!, parent: parent!, id: id!, what: what! });
    } else if (ofClass) {
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

/** The class that a filter of a tree leads to; undefined: it is none. */
export function classLedTo({ object, parent, what }: PlainCommand): string | undefined {
  return object === 'filter' && parent.endsWith(':') ? / classid (\S+)$/.exec(what)?.[1] : undefined;
}

/** A table of u32's, which the kernel lets go of only a moment after the last filter that has led to it. */
export function isTable({ object, what }: PlainCommand): boolean {
  return object === 'filter' && what.startsWith('u32 divisor ');
}

/** A table that keeps the place of a family's filters, whose number others of the build have in them. */
export function isPlace(command: PlainCommand): boolean {
  return isTable(command) && command.what.endsWith(' 1');
}

/** A filter as it is told apart from others: by where it leads, and not by what is there. */
function withoutPolicers(what: string): string {
  return what.replaceAll(LED_TO, (_, index: string) => `action police index ${index}`);
}
