/** What is made as a whole: the queues of an interface, and what polices what comes in by it. */
import type { PlainCommand } from './commands.ts';

/** Commands by what they are for; policers are of no interface, and not among them. */
export type Sites = ReadonlyMap<string, readonly PlainCommand[]>;

export function sitesOf(commands: readonly PlainCommand[]): Sites {
  const sites = new Map<string, PlainCommand[]>();
  for (const [at, command] of commands.entries()) {
    if (command.object === 'policer') continue;
    const site = `${isPolicing(command, commands[at + 1]) ? 'policers' : 'queues'} ${command.device}`;
    const own = sites.get(site) ?? [];
    sites.set(site, own);
    own.push(command);
  }
  return sites;
}

/** What both kinds of filters stand in comes before them; policers alone have it without any filter. */
function isPolicing({ object, device, parent }: PlainCommand, next: PlainCommand | undefined): boolean {
  if (parent !== 'egress' || object === 'filter') return parent === 'ingress';
  return !(next?.object === 'filter' && next.device === device && next.parent === 'egress');
}

/** Whether the kernel can change the one into the other. */
export function isMadeAlike(
  one: readonly PlainCommand[] | undefined,
  other: readonly PlainCommand[] | undefined,
): boolean {
  return one !== undefined && other !== undefined && fixedPart(one) === fixedPart(other);
}

function fixedPart(commands: readonly PlainCommand[]): string {
  return JSON.stringify(commands.filter(isFixed).map(({ parent, id, what }) => [parent, id, what]));
}

/** The trees across queues are HTB's, and their defaults are theirs. */
function isFixed({ object, parent, what }: PlainCommand): boolean {
  return parent === 'root' || parent === 'egress' || (object === 'qdisc' && what.split(' ', 1)[0] === 'htb');
}
