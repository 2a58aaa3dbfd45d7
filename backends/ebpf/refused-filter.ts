/**
 * Which stateless filters XDP can carry out, and why not the others. Its verdict there is that of the filter only if nothing
 * on the packet's way to that could change what the rules see, or would have counted it; and each packet must be one that
 * XDP sees as the filter would.
 */
import { diagnostic, type Diagnostic } from '../../grammar/diagnostic.ts';
import type { AtomTest, Program, ProgramItem, ProgramRule, Stage, StageId } from '../../compiler/4-program/program.ts';
import type { Origin, Verdict } from '../../compiler/model/index.ts';
import { needsTracking } from '../../compiler/semantics/needs.ts';
import { refuse } from './capabilities.ts';
import { dropsFragments } from './fragments.ts';
import { A_RULE_FOR_EACH_ROW, MOST_RULES_OF_ROWS, rulesOfRows } from './lower/rows.ts';
import { PROBLEMS } from './problems.ts';
import { refuseAtoms } from './refused-atoms.ts';
import { refuseBalance } from './refused-balance.ts';
import { refuseZones } from './refused-zones.ts';
import { leaveWhole, Refusals } from './refusals.ts';

export type FilterId = 'filter input' | 'filter forward';

export function isFilter(stage: Stage): stage is Stage & { readonly id: FilterId } {
  return stage.id === 'filter input' || stage.id === 'filter forward';
}

/** Why XDP cannot take a filter. */
export function refuseFilter(stage: Stage & { readonly id: FilterId }, program: Program): readonly Diagnostic[] {
  const { origin, id } = stage;
  if (stage.stateful) {
    const message = `\`${id}\` is about flows, which XDP does not know`;
    const hint = `Write \`${id} stateless\`, or add \`nftables\` to the target.`;
    return [diagnostic(PROBLEMS.notHere, origin.span, message, { hint })];
  }
  const refusals = new Refusals();
  refuseZones(program.zones, origin, program, refusals);
  refuseWay(stage, program, refusals);
  const filter = new FilterRefusals(stage, program, refusals);
  if (stage.default) filter.verdict(stage.default, origin);
  for (const item of [...stage.implied, ...stage.items]) filter.item(item);
  filter.fragments();
  return refusals.diagnostics;
}

/** What comes between XDP and each filter in a packet's path. */
const BEFORE: Readonly<Record<FilterId, readonly StageId[]>> = {
  'filter input': ['police', 'shape ingress', 'raw', 'mangle prerouting', 'destination nat', 'mangle input'],
  'filter forward': ['police', 'shape ingress', 'raw', 'mangle prerouting', 'destination nat', 'mangle forward'],
};

/** All that a packet meets before the filter must be done at XDP, or not at all. */
function refuseWay({ id, origin }: Stage & { readonly id: FilterId }, program: Program, refusals: Refusals): void {
  const leave = leaveWhole(id);
  const between = program.stages.find((stage) => BEFORE[id].includes(stage.id));
  if (between) {
    refusals.add(origin, `\`${between.origin.name}\` comes before it, and XDP before both`, leave);
  } else if (needsTracking(program.policy, 4) || needsTracking(program.policy, 6)) {
    const why = 'a part of the policy is about flows, whose packets the kernel has put together and followed before';
    refusals.add(origin, `${why} \`${id}\``, leave);
  }
  const first = program.target?.planes[0]?.plane;
  const [mitigation] = program.stages
    .filter((stage) => stage.id === 'mitigate')
    .flatMap((stage) => refuse(stage, program));
  const [balancing] = program.balances.flatMap((balance) => refuseBalance(balance, program));
  const earlier = mitigation ?? balancing;
  if (earlier) {
    const block = mitigation ? 'mitigate' : 'balance';
    refusals.add(origin, `\`${block}\` comes before it, and XDP cannot carry that out: ${earlier.message}`, leave);
  } else if (first !== 'xdp' && program.stages.some((stage) => stage.id === 'mitigate')) {
    const why = `\`mitigate\` comes before it, and the target has that at \`${first ?? ''}\`, behind XDP`;
    refusals.add(origin, why, 'Name `xdp` before the other planes of the target.');
  }
}

class FilterRefusals {
  readonly #stage: Stage & { readonly id: FilterId };
  readonly #program: Program;
  readonly #refusals: Refusals;
  /** The first rule that fragments of one packet may meet differently. */
  #telling: Origin | undefined;

  constructor(stage: Stage & { readonly id: FilterId }, program: Program, refusals: Refusals) {
    this.#stage = stage;
    this.#program = program;
    this.#refusals = refusals;
  }

  get #leave(): string {
    return leaveWhole(this.#stage.id);
  }

  item(item: ProgramItem): void {
    if (item.kind === 'rule') return this.#rule(item);
    if (item.kind === 'each' && rulesOfRows(this.#program, this.#stage.id) > MOST_RULES_OF_ROWS) {
      const many = `rows that make more than ${MOST_RULES_OF_ROWS} rules`;
      const message = `XDP has ${A_RULE_FOR_EACH_ROW}, and \`${this.#stage.id}\` has ${many}`;
      this.#refusals.add(item.origin, message, this.#leave);
    }
    for (const inner of item.items) this.item(inner);
  }

  verdict(verdict: Verdict, origin: Origin): void {
    if (['allow', 'drop', 'leave'].includes(verdict.kind)) return;
    const hint = verdict.kind === 'reject' ? `Write \`drop\`. ${this.#leave}` : this.#leave;
    this.#refusals.add(origin, `XDP cannot answer, as \`${verdict.kind}\` does`, hint);
  }

  /** IPv4 puts together what is for this host before `filter input`; XDP sees the pieces. */
  fragments(): void {
    if (this.#stage.id !== 'filter input' || this.#telling === undefined || dropsFragments(this.#program)) return;
    this.#refusals.add(
      this.#telling,
      'XDP sees fragments of IPv4 one by one, and this rule asks for what the whole packet has',
      `Write \`drop fragment\` as the first rule of a \`mitigate\` for all zones, if this host needs no fragments. ${this.#leave}`,
    );
  }

  #rule(rule: ProgramRule): void {
    const { origin, atoms, gates, effects, decision } = rule;
    refuseAtoms(atoms, origin, this.#leave, this.#refusals);
    for (const { test } of atoms) this.#test(test, origin);
    if (!isSameForFragments(rule)) this.#telling ??= origin;
    if (decision?.kind === 'verdict') this.verdict(decision.verdict, origin);
    const unkept = gates.some(({ kind }) => kind !== 'sample')
      ? 'charge a limit'
      : effects.length > 0
        ? `carry out \`${effects[0]!.effect.kind}\``
        : undefined;
    if (unkept === undefined) return;
    const why = `XDP cannot ${unkept} exactly in \`${this.#stage.id}\`: it does not know which packets the kernel throws away before`;
    this.#refusals.add(origin, why, `Do it in \`mitigate\`, which is about every frame. ${this.#leave}`);
  }

  #test(test: AtomTest, origin: Origin): void {
    if (test.kind === 'zone' && test.field === 'out') {
      const why = 'XDP does not know which of several ways out the kernel will choose';
      this.#refusals.add(origin, why, `Tell packets by their destinations. ${this.#leave}`);
    }
    if (test.kind === 'memory') {
      this.#refusals.add(origin, 'XDP has memories in `mitigate` only', `Ask it there. ${this.#leave}`);
    }
    if (asksFor(test, 'mark')) this.#refusals.add(origin, 'frames have no mark yet', this.#leave);
  }
}

function asksFor(test: AtomTest, field: string): boolean {
  return (test.kind === 'number' || test.kind === 'masked') && test.field === field;
}

/** Whether it asks IPv4 for nothing but what a packet and all its fragments have in common. */
function isSameForFragments({ family, atoms }: ProgramRule): boolean {
  return (
    family === 6 ||
    atoms.every(({ test }) => test.kind === 'address' || asksFor(test, 'family') || asksFor(test, 'protocol'))
  );
}
