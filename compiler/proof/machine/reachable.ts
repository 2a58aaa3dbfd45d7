/** All the rules that packets may meet which enter by a chain. */
import type { Machine, MachineChain, MachineSet, SetUse, Statement } from './form.ts';

/** From so many verdicts on, those of a map are not few. */
const MOST_VERDICTS = 64;

/** The chain's rules, and those of all chains that they lead to. */
function statementsFrom(start: MachineChain, { chains, sets }: Machine): Statement[] {
  const seen = new Set<MachineChain>();
  const open = [start];
  const statements: Statement[] = [];
  for (let chain = open.pop(); chain; chain = open.pop()) {
    if (seen.has(chain)) continue;
    seen.add(chain);
    for (const statement of chain.rules.flatMap((rule) => rule.statements)) {
      statements.push(statement);
      for (const name of targetsOf(statement, sets)) open.push(chains.get(name)!);
    }
  }
  return statements;
}

function targetsOf(statement: Statement, sets: Machine['sets']): string[] {
  const [use] = statement.kind === 'verdict map' ? usesOf(statement) : [];
  const verdicts =
    statement.kind === 'verdict'
      ? [statement.verdict]
      : use === undefined
        ? []
        : (setOf(use, sets).verdicts?.list ?? []);
  return verdicts.flatMap((verdict) => ('chain' in verdict ? [verdict.chain] : []));
}

function setOf(use: SetUse, sets: Machine['sets']): MachineSet {
  return typeof use === 'string' ? sets.get(use)! : use;
}

/** The sets and maps that a statement looks something up in. */
function usesOf(statement: Statement): SetUse[] {
  if (statement.kind === 'match') return [statement.set];
  if ('map' in statement) return [statement.map];
  return statement.kind === 'translate' && 'map' in statement.to ? [statement.to.map] : [];
}

/** Statements, and elements of the sets that they look something up in; a large set is one, whatever is in it. */
export function sizeFrom(start: MachineChain, machine: Machine, large: number): number {
  const sizeOf = ({ count, verdicts }: MachineSet) =>
    count > large && (verdicts?.list.length ?? 0) <= MOST_VERDICTS ? 1 : count;
  return statementsFrom(start, machine).reduce(
    (sum, statement) => sum + 1 + usesOf(statement).reduce((all, use) => all + sizeOf(setOf(use, machine.sets)), 0),
    0,
  );
}

/** Whether some rule that the chain leads to sets the packet's mark, and some rule asks for it. */
export function readsOwnMark(start: MachineChain, machine: Machine): boolean {
  const statements = statementsFrom(start, machine);
  const sets = statements.some(
    (statement) => (statement.kind === 'set mark' || statement.kind === 'set mark by map') && statement.of === 'packet',
  );
  return sets && statements.some(asksForMark);
}

function asksForMark(statement: Statement): boolean {
  return 'key' in statement && statement.key.some((read) => read.kind === 'field' && read.field === 'mark');
}
