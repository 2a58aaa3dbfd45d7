/** Policy → Program: blocks become stages, conditions become conjunctions of atoms, each rule of one family or of none. */
import { diagnostic, type Diagnostic } from '../../grammar/diagnostic.ts';
import type { Policy, Rule, RuleBlock, RuleItem, Target, Zone } from '../model/index.ts';
import { bindZones, type ZoneBinding } from './bind-zones.ts';
import { rulesOf } from './rules.ts';
import { TooManyConjunctions } from './conjunctions.ts';
import { AnyOriginalAddress } from './family.ts';
import { PROBLEMS } from './problems.ts';
import { choiceOfClass } from './shape.ts';
import { asItArrives } from './shape-ingress.ts';
import type { Program, ProgramItem, Stage, StageId, Statefulness } from './program.ts';

/** The Program of a policy as `target` binds its zones, and what could not be said in it. */
export function buildProgram(
  policy: Policy,
  target: Target | undefined,
): { readonly program: Program; readonly diagnostics: readonly Diagnostic[] } {
  const bind: ZoneBinding = (zone) => target?.zones.get(zone.name) ?? zone;
  const zones = policy.zones.map(bind);
  const builder = new StageBuilder(bind, zones);
  const stages = [
    builder.arrivals(policy, true),
    ...policy.mitigate.map((block) => builder.stage('mitigate', block, { zones: block.zones?.map(bind) })),
    builder.arrivals(policy, false),
    builder.block('raw', policy.raw),
    builder.block('mangle prerouting', policy.mangles.prerouting),
    builder.block('destination nat', policy.nat, isDestinationTranslation),
    builder.block('mangle input', policy.mangles.input),
    builder.filter('filter input', policy.filters.input),
    builder.block('dispatch', policy.dispatch),
    builder.block('mangle forward', policy.mangles.forward),
    builder.filter('filter forward', policy.filters.forward),
    builder.block('mangle output', policy.mangles.output),
    builder.filter('filter output', policy.filters.output),
    builder.block('mangle postrouting', policy.mangles.postrouting),
    builder.block('source nat', policy.nat, isSourceTranslation),
    builder.block('count', policy.count),
    builder.shapes(policy),
  ].filter((stage) => stage !== undefined);
  const program: Program = {
    policy,
    target,
    stages: stages.filter((stage) => stage.items.length + stage.implied.length > 0 || stage.default !== undefined),
    zones,
    memories: policy.memories,
    tables: policy.tables,
    balances: policy.balances,
    shapes: policy.shapes,
  };
  return { program, diagnostics: builder.diagnostics };
}

/** Whether a rule belongs to a stage. */
type Keep = (rule: Rule) => boolean;

// `leave` belongs to both kinds: it goes on behind the group for either.
const isSourceTranslation = (rule: Rule): boolean =>
  rule.verdict !== undefined ||
  rule.walk === 'snat' ||
  rule.translation?.kind === 'snat' ||
  rule.translation?.kind === 'masquerade';
const isDestinationTranslation = (rule: Rule): boolean =>
  rule.verdict !== undefined ||
  rule.walk === 'dnat' ||
  rule.translation?.kind === 'dnat' ||
  rule.translation?.kind === 'redirect';

class StageBuilder {
  readonly diagnostics: Diagnostic[] = [];
  readonly #bind: ZoneBinding;
  readonly #zones: readonly Zone[];
  /** The items of lists, each made once for each way to choose from its rules: uses of a group share theirs. */
  readonly #made = new Map<Keep | undefined, Map<readonly RuleItem[], readonly ProgramItem[]>>();

  constructor(bind: ZoneBinding, zones: readonly Zone[]) {
    this.#bind = bind;
    this.#zones = zones;
  }

  block(id: StageId, block: RuleBlock | undefined, keep?: Keep): Stage | undefined {
    return block && this.stage(id, block, keep ? { keep } : {});
  }

  filter(id: StageId, block: Policy['filters']['input']): Stage | undefined {
    if (!block) return undefined;
    const stateful: Statefulness | undefined = block.stateful
      ? { invalid: block.invalid, pickup: block.pickup }
      : undefined;
    const stage = this.stage(id, block, {});
    return { ...stage, stateful, default: block.default, implied: this.#items(block.essential, undefined) };
  }

  stage(id: StageId, block: RuleBlock, options: { readonly keep?: Keep; readonly zones?: Stage['zones'] }): Stage {
    return {
      id,
      origin: block.origin,
      stateful: undefined,
      default: undefined,
      zones: options.zones,
      implied: [],
      items: this.#items(block.body, options.keep),
    };
  }

  /** One stage for all shapers of what leaves: their zones are disjoint, so each packet meets the rules of one. */
  shapes({ shapes }: Policy): Stage | undefined {
    const first = shapes.find(({ direction }) => direction === 'egress');
    if (!first) return undefined;
    const body = shapes.flatMap((shape) => (shape.direction === 'egress' ? choiceOfClass(shape, shapes) : []));
    return this.stage('shape', { origin: { ...first.origin, name: 'shape' }, body }, {});
  }

  /** Likewise of what comes in, and waits or is policed; those without classes have nothing to choose. */
  arrivals(policy: Policy, isPoliced: boolean): Stage | undefined {
    const { shapes } = policy;
    const shapers = shapes.filter(
      ({ direction, body, policed }) => direction === 'ingress' && body.length > 0 && policed === isPoliced,
    );
    const [first] = shapers;
    if (!first) return undefined;
    const body = shapers.flatMap((shape) => choiceOfClass(asItArrives(shape, policy), shapes));
    const zones = shapers.map(({ zone }) => this.#bind(zone));
    const name = isPoliced ? 'police' : 'shape ingress';
    return this.stage(name, { origin: { ...first.origin, name }, body }, { zones });
  }

  #items(items: readonly RuleItem[], keep: Keep | undefined): readonly ProgramItem[] {
    let made = this.#made.get(keep);
    if (!made) this.#made.set(keep, (made = new Map()));
    let result = made.get(items);
    if (!result) made.set(items, (result = this.#makeItems(items, keep)));
    return result;
  }

  #makeItems(items: readonly RuleItem[], keep: Keep | undefined): ProgramItem[] {
    return items.flatMap((item): ProgramItem[] => {
      switch (item.kind) {
        case 'rule':
          return !keep || keep(item) ? this.#rules(item) : [];
        case 'each': {
          const body = this.#items(item.body, keep);
          return body.length > 0 && item.rows?.length !== 0
            ? [{ kind: 'each', origin: item.origin, row: item.row, rows: item.rows, items: body }]
            : [];
        }
        case 'scope': {
          const body = this.#items(item.body, keep);
          // In `nat`, a group of which nothing here translates, or does anything, has nothing to leave either.
          return body.length > 0 && (!keep || body.some(doesSomething))
            ? [{ kind: 'scope', origin: item.origin, name: item.group, items: body }]
            : [];
        }
      }
    });
  }

  #rules(rule: Rule): ProgramItem[] {
    try {
      return rulesOf(bindZones(rule, this.#bind), this.#zones);
    } catch (error) {
      this.diagnostics.push(whyRefused(rule, error));
      return [];
    }
  }
}

/** Throws again what is no reason to refuse the rule. */
function whyRefused({ origin }: Rule, error: unknown): Diagnostic {
  if (error instanceof TooManyConjunctions) {
    return diagnostic(PROBLEMS.tooManyConjunctions, origin.span, 'this rule combines too many alternatives', {
      hint: 'Split the rule, or put the alternatives into one set, service list or table.',
    });
  }
  if (!(error instanceof AnyOriginalAddress)) throw error;
  return diagnostic(PROBLEMS.anyOriginalAddress, origin.span, 'an `original` address that may be any of its family', {
    hint: 'Packets that belong to no flow have none. Leave the clause out; what sees every packet can ask for its `state`.',
  });
}

function doesSomething(item: ProgramItem): boolean {
  if (item.kind !== 'rule') return item.items.some(doesSomething);
  return item.decision?.kind === 'translation' || item.effects.length > 0;
}
