/** Whether the names in rules are of things that are there, and are what the rules take them for. */
import {
  READ_WIDTHS,
  type Column,
  type Machine,
  type MachineSet,
  type Read,
  type Statement,
} from '../../../compiler/proof/machine/form.ts';
import { Misread } from './misread.ts';

/** The first name that leads nowhere, or to something else. */
export function unresolvedIn(machine: Machine): Misread | undefined {
  for (const { rules } of machine.chains.values()) {
    for (const { statements, line } of rules) {
      for (const statement of statements) {
        const fault = faultOf(statement, machine);
        if (fault !== undefined) return new Misread(fault, line);
      }
    }
  }
  for (const { name, verdicts } of machine.sets.values()) {
    for (const verdict of verdicts?.list ?? []) {
      const fault = 'chain' in verdict ? chainFault(verdict.chain, machine) : undefined;
      if (fault !== undefined) return new Misread(`${fault} (in \`${name}\`)`);
    }
  }
  return undefined;
}

type Use = 'set' | 'verdicts' | 'data';

function faultOf(statement: Statement, machine: Machine): string | undefined {
  switch (statement.kind) {
    case 'match':
      return setFault(statement.key, statement.set, 'set', machine);
    case 'verdict map':
      return setFault(statement.key, statement.map, 'verdicts', machine);
    case 'limit map':
    case 'set mark by map':
    case 'set priority by map':
      return setFault(statement.key, statement.map, 'data', machine);
    case 'translate':
      return 'map' in statement.to ? setFault(statement.to.key, statement.to.map, 'data', machine) : undefined;
    case 'update':
      return setFault(statement.key, statement.set, 'set', machine) ?? updateFault(statement.set, machine);
    case 'verdict':
      return 'chain' in statement.verdict ? chainFault(statement.verdict.chain, machine) : undefined;
    case 'count':
      return machine.counters.has(statement.counter) ? undefined : `there is no counter \`${statement.counter}\``;
    case 'limit':
      return machine.limits.has(statement.limit) ? undefined : `there is no limit \`${statement.limit}\``;
    case 'helper':
      return machine.helpers.has(statement.helper) ? undefined : `there is no helper \`${statement.helper}\``;
    default:
      return undefined;
  }
}

function chainFault(name: string, machine: Machine): string | undefined {
  const chain = machine.chains.get(name);
  if (!chain) return `there is no chain \`${name}\``;
  return chain.entry ? `\`${name}\` is a base chain, which nothing can jump to` : undefined;
}

function updateFault(name: string, machine: Machine): string | undefined {
  return machine.sets.get(name)?.isDynamic ? undefined : `\`${name}\` is no set that rules may change`;
}

function setFault(key: readonly Read[], use: string | MachineSet, as: Use, machine: Machine): string | undefined {
  if (typeof use !== 'string') return undefined;
  const set = machine.sets.get(use);
  if (!set) return `there is no set \`${use}\``;
  const isUsable =
    (as === 'verdicts') === (set.verdicts !== undefined) &&
    (as === 'data') === set.data.length > 0 &&
    set.key.length === key.length &&
    set.key.every((column, part) => widthOf(column) === widthOfRead(key[part]!));
  return isUsable ? undefined : `\`${use}\` is no set of such keys, or no such set`;
}

function widthOf(column: Column): number {
  return column.kind === 'names' ? 0 : column.width;
}

function widthOfRead(read: Read): number {
  switch (read.kind) {
    case 'field': {
      const width = READ_WIDTHS[read.field];
      if (width === 128 && read.family === 4) return 32;
      return read.field === 'fragment offset' && read.family === 6 ? 13 : width;
    }
    case 'bytes':
      return read.bits;
    case 'hash':
    case 'constant':
      return 32;
    case 'label':
      return 1;
    case 'address kind':
      return 8;
  }
}
