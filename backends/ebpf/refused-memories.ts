/** Which memories XDP can keep: an address each, that no other plane reads or writes. */
import type { Program, ProgramItem } from '../../compiler/4-program/program.ts';
import type { MemoryKeyField } from '../../compiler/model/condition.ts';
import type { Memory, Origin } from '../../compiler/model/index.ts';
import type { Refusals } from './refusals.ts';

/** Why XDP cannot keep a memory that a rule of `mitigate` asks or writes. */
export function refuseMemory(
  { memory, key }: { readonly memory: Memory; readonly key: readonly MemoryKeyField[] },
  origin: Origin,
  program: Program,
  refusals: Refusals,
): void {
  const { name, hits, bounds } = memory;
  if (key.length > 1 || (key[0] !== 'source' && key[0] !== 'destination')) {
    refusals.add(
      origin,
      `XDP has memories of one address, and \`${name}\` has other columns`,
      'Remember addresses only.',
    );
  }
  if (hits > 1) {
    refusals.add(origin, `XDP does not count how often \`${name}\` is hit`, 'Write a limit: `over RATE per source`.');
  }
  if (bounds.whenFull === 'match') {
    const hint = 'Leave `when full match` out, and give the memory more `keys`.';
    refusals.add(origin, `XDP does not know how many addresses \`${name}\` holds`, hint);
  }
  const other = program.stages.find(
    ({ id, implied, items }) => id !== 'mitigate' && uses([...implied, ...items], name),
  );
  if (other) {
    const why = `the memory \`${name}\` is one with that of \`${other.origin.name}\`, which another plane carries out`;
    refusals.add(origin, why, 'Give `mitigate` a memory of its own, and let it remember what it is to drop.');
  }
}

function uses(items: readonly ProgramItem[], name: string): boolean {
  return items.some((item) => {
    if (item.kind !== 'rule') return uses(item.items, name);
    const atoms = [...item.atoms, ...item.effects.flatMap(({ when }) => when.flat())];
    return (
      atoms.some(({ test }) => test.kind === 'memory' && test.memory.name === name) ||
      item.effects.some(({ effect }) => 'memory' in effect && effect.memory.name === name)
    );
  });
}
