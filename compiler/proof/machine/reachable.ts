/** All the rules that packets may meet which enter by a chain. */
import type { Machine, MachineChain, MachineRule, Statement, Verdict } from './form.ts';

/** The chain's rules, and those of all chains that they lead to. */
function statementsFrom(start: MachineChain, { chains, sets }: Machine): Statement[] {
  const seen = new Set<MachineChain>();
  const open = [start];
  const statements: Statement[] = [];
  for (let chain = open.pop(); chain; chain = open.pop()) {
    if (seen.has(chain)) continue;
    seen.add(chain);
    for (const { statements: own } of chain.rules) statements.push(...own);
    for (const name of chainsBehind(chain.rules, sets)) open.push(chains.get(name)!);
  }
  return statements;
}

/** The chains to which rules lead themselves. */
export function chainsBehind(rules: readonly MachineRule[], sets: Machine['sets']): readonly string[] {
  return rules.flatMap(({ statements }) => statements.flatMap((statement) => targetsOf(statement, sets)));
}

function targetsOf(statement: Statement, sets: Machine['sets']): string[] {
  if (statement.kind === 'verdict') return chainOf(statement.verdict);
  if (statement.kind !== 'verdict map') return [];
  const map = typeof statement.map === 'string' ? sets.get(statement.map)! : statement.map;
  return (map.verdicts?.list ?? []).flatMap(chainOf);
}

function chainOf(verdict: Verdict): string[] {
  return 'chain' in verdict ? [verdict.chain] : [];
}

/** Whether some rule that the chain leads to sets a field of the packet that some rule asks for. */
export function readsOwnFields(start: MachineChain, machine: Machine): boolean {
  const statements = statementsFrom(start, machine);
  const set = new Set(statements.map(fieldSetBy));
  return (['mark', 'dscp'] as const).some((field) => set.has(field) && statements.some((one) => reads(one, field)));
}

/** Whether one of these statements asks for a field that one before it sets. */
export function readsWhatItSets(statements: readonly Statement[]): boolean {
  return statements.some((setting, at) => {
    const field = fieldSetBy(setting);
    return field !== undefined && statements.slice(at + 1).some((reading) => reads(reading, field));
  });
}

function fieldSetBy(statement: Statement): 'mark' | 'dscp' | undefined {
  if (statement.kind === 'set dscp') return 'dscp';
  const setsMark = statement.kind === 'set mark' || statement.kind === 'set mark by map';
  return setsMark && statement.of === 'packet' ? 'mark' : undefined;
}

function reads(statement: Statement, field: 'mark' | 'dscp'): boolean {
  return 'key' in statement && statement.key.some((read) => read.kind === 'field' && read.field === field);
}
