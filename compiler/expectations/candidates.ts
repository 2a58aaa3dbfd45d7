/** Packets that rules are met by, as far as one block tells: to be tried as expectations. */
import { nameText } from '../../grammar/constructs/values/name/print.ts';
import { buildProgram } from '../4-program/build.ts';
import { STAGES, type Program, type StageId } from '../4-program/program.ts';
import type { Gate } from '../model/condition.ts';
import type { Policy } from '../model/policy.ts';
import type { Table } from '../model/table.ts';
import { canonicalDecisions } from '../diff/decisions.ts';
import { interfacesOf, type Interfaces } from '../diff/interfaces.ts';
import { NotComparable } from '../diff/not-comparable.ts';
import { Regions } from '../diff/regions.ts';
import { samplePacket, type Somebody } from '../diff/sample.ts';
import { sectionsOf } from '../diff/space.ts';
import { meaningOfStages, START, type Side } from '../diff/stage-meaning.ts';
import { AtomTests } from '../proof/atom-tests.ts';
import { Numbering } from '../proof/canonical.ts';
import { ALL, Diagrams, NOTHING, type Diagram } from '../proof/diagrams.ts';
import { FieldLayout, ORDERS } from '../proof/fields.ts';
import { allRowsOf } from '../proof/found-rows.ts';
import { Histories } from '../proof/histories.ts';
import { OutOfBudget } from '../proof/node-table.ts';
import { Outcomes } from '../proof/outcomes.ts';
import { PacketTests } from '../proof/packet-tests.ts';
import { writtenBy } from '../proof/registers.ts';
import { RowFinder } from '../proof/rows.ts';
import { Unprovable } from '../proof/unprovable.ts';
import { keyOf } from './coverage.ts';

/** Bytes for the diagrams of a stage. */
const BUDGET = 2 ** 29;
/** So many regions of a rule are tried. */
const MOST_REGIONS = 6;
const ORDER = ORDERS[0]!;

/** What is reached only by packets that the filter lets through. */
const BEHIND_FILTER: ReadonlySet<StageId> = new Set<StageId>(['mangle postrouting', 'source nat', 'count']);
/** Where a packet is yet to be routed. */
const BEFORE_ROUTE: ReadonlySet<StageId> = new Set<StageId>([
  'police',
  'mitigate',
  'shape ingress',
  'raw',
  'mangle prerouting',
  'destination nat',
]);

/** By rule, packets without a verdict, likely ones first; rules that no block's own packets meet have none. */
export function candidatePackets(policy: Policy, wanted: ReadonlySet<string>): ReadonlyMap<string, readonly string[]> {
  const { program } = buildProgram(policy, policy.targets[0]);
  const interfaces = interfacesOf(program.zones, program.zones);
  const found = new Map<string, readonly string[]>();
  for (const id of STAGES) {
    try {
      for (const [key, packets] of packetsOfStage(id, program, interfaces, wanted)) {
        found.set(key, [...(found.get(key) ?? []), ...packets]);
      }
    } catch (error) {
      const isExpected = error instanceof Unprovable || error instanceof OutOfBudget || error instanceof NotComparable;
      if (!isExpected) throw error;
    }
  }
  return found;
}

function packetsOfStage(
  id: StageId,
  program: Program,
  interfaces: Interfaces,
  wanted: ReadonlySet<string>,
): ReadonlyMap<string, readonly string[]> {
  const stage = new AskedStage(id, program, interfaces);
  const packets = new Map<string, readonly string[]>();
  for (const [key, { packets: reached, after }] of stage.reached()) {
    if (wanted.has(key)) packets.set(key, stage.samples(reached, after));
  }
  return packets;
}

class AskedStage {
  readonly #id: StageId;
  readonly #program: Program;
  readonly #interfaces: Interfaces;
  readonly #diagrams = new Diagrams(BUDGET);
  readonly #layout = new FieldLayout(ORDER);
  readonly #packets: PacketTests;
  readonly #finder: RowFinder;
  readonly #decisions = new Numbering();

  constructor(id: StageId, program: Program, interfaces: Interfaces) {
    this.#id = id;
    this.#program = program;
    this.#interfaces = interfaces;
    this.#packets = new PacketTests(this.#diagrams, this.#layout, interfaces.new);
    this.#finder = new RowFinder(this.#packets);
  }

  /** By rule, the packets that meet it. */
  reached(): ReadonlyMap<string, Reached> {
    const reached = new Map<string, Reached>();
    const side = this.#side(this.#id, true);
    if (side.stages.length === 0) return reached;
    const allowed = BEHIND_FILTER.has(this.#id) ? this.#allowed() : ALL;
    // A state of its own: what is found inside an `each` is then told with the rows that find it.
    meaningOfStages(this.#id, side, { ...START }, (spoken, packets) => {
      if (spoken.kind !== 'rule' && spoken.kind !== 'default') return;
      const { span } = spoken.kind === 'rule' ? spoken.rule.origin : spoken.origin;
      const key = keyOf(span, spoken.kind === 'default');
      const here = this.#diagrams.when(allowed, this.#whateverIsAsked(packets));
      const known = reached.get(key)?.packets ?? NOTHING;
      const after = spoken.kind === 'rule' ? packetsBefore(spoken.rule.gates) : undefined;
      reached.set(key, { packets: this.#diagrams.orElse(known, here), after });
    });
    return reached;
  }

  samples(reached: Diagram, after: number | undefined): readonly string[] {
    const sections = sectionsOf(this.#diagrams.levelsOf(reached), ORDER, this.#layout, this.#packets.variables);
    const regions = new Regions({
      diagrams: this.#diagrams,
      sections,
      keys: this.#finder.keys,
      interfaces: this.#interfaces.cells.length,
      areWhole: true,
      exemptsFlows: false,
      areBeginnings: this.#id.startsWith('filter '),
      seesWire: BEFORE_ROUTE.has(this.#id) && this.#id !== 'destination nat',
      kindOf: () => 1,
    });
    const parts = regions
      .of(reached)
      .flatMap((region) => region.parts)
      .slice(0, MOST_REGIONS);
    const plain = SOMEBODIES.flatMap((somebody) =>
      parts.flatMap((part) => samplePacket(part, this.#id, this.#interfaces, somebody)?.text ?? []),
    );
    const texts = after === undefined ? plain : plain.map((text) => `${text} after ${after} packets`);
    if (!BEFORE_ROUTE.has(this.#id)) return texts;
    const zones = [...this.#interfaces.new.keys()].toReversed();
    return texts.flatMap((text) => [text, ...zones.map((zone) => `${text} out ${nameText(zone)}`)]);
  }

  /** What the forward filter lets through, at least as its limits may say. */
  #allowed(): Diagram {
    const side = this.#side('filter forward', false);
    if (side.stages.length === 0) return ALL;
    const { decision } = meaningOfStages('filter forward', side, START);
    const canonical = canonicalDecisions(decision, this.#packets, this.#decisions);
    return this.#whateverIsAsked(this.#diagrams.not(canonical));
  }

  /** The packets for which some answers of limits give something. */
  #whateverIsAsked(packets: Diagram): Diagram {
    const { variables } = this.#packets;
    const isLast = (diagram: Diagram) => this.#diagrams.levelOf(diagram) >= variables.firstOfLast;
    const operation = { code: ANY_ANSWER, plain: (a: Diagram) => (a === NOTHING ? NOTHING : isLast(a) ? ALL : -1) };
    return this.#diagrams.combine(operation, packets, NOTHING);
  }

  #side(id: StageId, inOrder: boolean): Side {
    const stages = this.#program.stages.filter((stage) => stage.id === id);
    const items = stages.flatMap((stage) => [...stage.implied, ...stage.items]);
    const histories = new Histories();
    const tables = new Set<Table>();
    const visit = (list: typeof items): void => {
      for (const item of list) {
        if (item.kind === 'each') {
          tables.add(item.row.table);
          this.#finder.classesOf(item.row.table).distinguish(item.rows);
        }
        if (item.kind !== 'rule') visit([...item.items]);
      }
    };
    visit(items);
    const frame = {
      diagrams: this.#diagrams,
      outcomes: new Outcomes(this.#diagrams, histories),
      atoms: new AtomTests(this.#packets, histories),
      histories,
      decisions: this.#decisions,
      finder: this.#finder,
      written: writtenBy(items),
      only: undefined,
      inOrder,
      onMet: () => undefined,
    };
    return {
      stages,
      zones: this.#interfaces.new,
      packets: this.#packets,
      found: allRowsOf(tables),
      frame,
      tellsMiddles: false,
    };
  }
}

const ANY_ANSWER = -90;

/** The packets that meet a rule, and how many have to come before one of them does. */
interface Reached {
  readonly packets: Diagram;
  readonly after: number | undefined;
}

/** More packets than this are not sent before one. */
const MOST_BEFORE = 1000;

/** How many packets bring a limit to its end; undefined: nothing waits for that. */
function packetsBefore(gates: readonly Gate[]): number | undefined {
  for (const gate of gates) {
    if (gate.kind === 'sample' || gate.sense === 'up to') continue;
    const before = gate.kind === 'rate' ? gate.burst : gate.count;
    if (before <= MOST_BEFORE) return before;
  }
  return undefined;
}

/** Public resolvers, which no list of bogons holds; then addresses of nobody. */
const SOMEBODIES: readonly (Somebody | undefined)[] = [
  {
    4: [0x09090909n, 0x95707070n],
    6: [0x262000fe000000000000000000000009n, 0x262000fe0000000000000000000000fen],
  },
  undefined,
];
