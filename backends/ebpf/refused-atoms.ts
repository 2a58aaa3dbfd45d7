/** Tests of packets that XDP cannot make. */
import type { Atom, AtomTest } from '../../compiler/4-program/program.ts';
import type { Origin } from '../../compiler/model/index.ts';
import { isAskable, tableAtom } from './lower/conditions.ts';
import type { Refusals } from './refusals.ts';

/** Memories are looked at elsewhere. */
export function refuseAtoms(atoms: readonly Atom[], origin: Origin, hint: string, refusals: Refusals): void {
  for (const atom of atoms) {
    if (tableAtom(atom) || isAskable(atom.test) || isOfRow(atom.test) || atom.test.kind === 'memory') continue;
    refusals.add(origin, WITHOUT[atom.test.kind] ?? `XDP cannot ask for \`${atom.test.kind}\``, hint);
  }
}

/** What a test would need. */
const WITHOUT: Readonly<Record<string, string>> = {
  until: 'XDP has no clock that tells the date: the kernel tells programs atomic time only',
  during: 'XDP has no clock that tells the time of day: the kernel tells programs atomic time only',
  'address of zone': 'XDP does not know the addresses that interfaces have',
  opaque: "XDP does not understand another plane's words",
};

/** Whether a test compares with a cell of the row at hand, whose value is known where it is carried out. */
export function isOfRow(test: AtomTest): boolean {
  if (test.kind === 'service cell') return true;
  if (test.kind !== 'address' && test.kind !== 'number') return false;
  return 'kind' in test.in && test.in.kind === 'cell';
}
