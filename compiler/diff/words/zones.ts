/** Interfaces in words: by the zones of both policies, as far as these go. */
import { nameText } from '../../../grammar/constructs/values/name/print.ts';
import { IntervalSet } from '../../net/interval-set.ts';
import type { Interfaces } from '../interfaces.ts';

/** The zones, of the new policy where they are its own; what is in no zone is said so. */
export function zonesText(numbers: IntervalSet, { cells, old, new: later }: Interfaces): string {
  const zones = zonesOfBoth({ old, new: later });
  const told = (set: IntervalSet): readonly string[] => {
    const within = [...zones].filter(([, own]) => !own.isEmpty() && own.isSubsetOf(set));
    const taken = IntervalSet.unionOf(
      set.width,
      within.map(([, own]) => own),
    );
    const left = [...set.subtract(taken).values()].map(Number);
    const others = left.map((number) => (number === 0 ? 'no zone' : interfaceText(cells[number - 1]!)));
    return [...new Set([...within.map(([name]) => nameText(name)), ...others])];
  };
  const [is, isNot] = [told(numbers), told(IntervalSet.range(numbers.width, 0, cells.length).subtract(numbers))];
  return isNot.length < is.length ? `any but ${isNot.join(', ')}` : is.join(', ');
}

/** A name that stands for other interfaces in each of the policies tells nothing. */
function zonesOfBoth({ old, new: later }: Pick<Interfaces, 'old' | 'new'>): ReadonlyMap<string, IntervalSet> {
  const isOne = (name: string) => {
    const [before, after] = [old.get(name), later.get(name)];
    return !before || !after || before.equals(after);
  };
  return new Map([...old, ...later].filter(([name]) => isOne(name)));
}

/** A zone that the interface is in, and that has none but `among` in either policy; undefined: there is no such zone. */
export function zoneAmong(number: number, among: IntervalSet, interfaces: Interfaces): string | undefined {
  const policies = [interfaces.new, interfaces.old];
  const isRight = (name: string) => policies.every((zones) => zones.get(name)?.isSubsetOf(among) ?? true);
  for (const zones of policies) {
    for (const [name, own] of zones) if (own.contains(number) && isRight(name)) return nameText(name);
  }
  return undefined;
}

/** The interface by such a zone, or by its own name; undefined: it is in no zone. */
export function interfaceAmong(number: number, among: IntervalSet, interfaces: Interfaces): string | undefined {
  const cell = interfaces.cells[number - 1];
  return zoneAmong(number, among, interfaces) ?? (cell && interfaceText(cell));
}

function interfaceText({ interface: name, vlans, ports }: Interfaces['cells'][number]): string {
  const vlan = vlans && !vlans.isFull() ? ` vlan ${vlans.toString()}` : '';
  return `${name ?? `port ${ports?.toString() ?? ''}`}${vlan}`;
}
