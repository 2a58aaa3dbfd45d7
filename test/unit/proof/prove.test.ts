import { describe, expect, test } from 'vitest';
import type {
  Atom,
  Program,
  ProgramEach,
  ProgramItem,
  ProgramRule,
  Stage,
} from '../../../compiler/4-program/program.ts';
import type { Plan, PlanNode } from '../../../compiler/6-plan/plan.ts';
import { NOTHING } from '../../../compiler/6-plan/plan.ts';
import type { Effect, Gate, Origin, Table, Verdict } from '../../../compiler/model/index.ts';
import { IntervalSet } from '../../../compiler/net/interval-set.ts';
import { provePlan } from '../../../compiler/proof/prove.ts';
import { stageOf } from '../../builders/program.ts';

const source = { path: 'policy.sluice', text: 'drop tcp/23\nallow all\n' };
const span = { source, start: 0, end: 11 };
const origin: Origin = {
  span,
  name: 'filter forward/x',
  text: 'x',
  documentation: [],
  owner: undefined,
  ticket: undefined,
  via: [],
};

const allow: Verdict = { kind: 'allow' };
const drop: Verdict = { kind: 'drop' };

interface Parts {
  readonly verdict?: Verdict;
  readonly gates?: readonly Gate[];
  readonly effects?: readonly Effect[];
  readonly eachPacket?: boolean;
}

function rule(atoms: readonly Atom[], { verdict, gates = [], effects = [], eachPacket = false }: Parts): ProgramRule {
  return {
    kind: 'rule',
    origin,
    family: undefined,
    eachPacket,
    atoms,
    gates,
    effects: effects.map((effect) => ({ effect, when: [[]], gates: [] })),
    decision: verdict && { kind: 'verdict', verdict },
  };
}

const port = (...ports: number[]): Atom => ({
  negated: false,
  test: {
    kind: 'number',
    field: 'destination port',
    in: IntervalSet.fromIntervals(
      16,
      ports.map((one) => [one, one]),
    ),
  },
});
const host = (address: number): Atom => ({
  negated: false,
  test: { kind: 'address', field: 'source', view: 'real', family: 4, in: IntervalSet.of(32, address) },
});
const mac = (address: number): Atom => ({
  negated: false,
  test: { kind: 'number', field: 'source mac', in: IntervalSet.of(48, address) },
});
const markIs = (value: number, mask: number): Atom => ({
  negated: false,
  test: { kind: 'masked', field: 'mark', value, mask },
});
const not = (atom: Atom): Atom => ({ ...atom, negated: true });
const mark = (value: number, mask = 0xffffffff): Effect => ({ kind: 'mark set', value, mask });
const counted = (name: string): Effect => ({ kind: 'count', counter: { kind: 'named', name } });
const logged = (prefix: string): Effect => ({ kind: 'log', prefix, level: 'info', group: undefined });
const limit = (limiter: string): Gate => ({
  kind: 'rate',
  limiter,
  sense: 'up to',
  rate: { of: 'events', amount: 5, perSeconds: 1 },
  burst: 5,
  per: [],
  rows: [],
  bounds: { keys: 1, whenFull: 'match', approximate: false },
  span,
});

function programOf(stage: Stage, tables: readonly Table[] = []): Program {
  return {
    policy: undefined as never,
    target: undefined,
    stages: [stage],
    zones: [],
    memories: [],
    tables,
    balances: [],
    shapes: [],
  };
}

/** What the proof finds of a plan for items. */
function findings(
  items: readonly ProgramItem[],
  body: PlanNode,
  { eachPacket = NOTHING as PlanNode, tables = [] as readonly Table[], budget = 2 ** 24 } = {},
) {
  const stage = stageOf(items);
  const program = programOf(stage, tables);
  const plan: Plan = { program, stages: [{ stage, eachPacket, body }] };
  return provePlan(program, plan, budget).diagnostics;
}

const list = (...rules: ProgramRule[]): PlanNode => ({ kind: 'rules', rules });
const codes = (...parts: Parameters<typeof findings>) => findings(...parts).map(({ code }) => code);

describe('the proof of a plan', () => {
  const telnet = rule([port(23)], { verdict: drop });
  const rest = rule([], { verdict: allow });

  test('finds nothing where the plan means what the rules mean', () => {
    expect(codes([telnet, rest], list(telnet, rest))).toEqual([]);
    expect(codes([telnet, rest], list(rule([not(port(23))], { verdict: allow }), rule([], { verdict: drop })))).toEqual(
      [],
    );
  });

  test('tells what was proved', () => {
    const stage = stageOf([telnet, rest]);
    const program = programOf(stage);
    const plan: Plan = { program, stages: [{ stage, eachPacket: NOTHING, body: list(telnet, rest) }] };
    expect(provePlan(program, plan).proved).toEqual([{ stage: 'filter forward', rules: 2, byKey: [] }]);
  });

  test('shows a packet, and what it meets by either', () => {
    const [finding] = findings([telnet, rest], list(rest, telnet));
    expect(finding).toMatchInlineSnapshot(`
      {
        "code": "SL1001",
        "hint": "This is a fault in Sluice: please report it. \`--without PASS\` leaves out a pass of the planner.",
        "labels": [],
        "message": "the plan of filter forward does not mean what the policy says about the decision of this packet:
      IPv4 tcp 0.0.0.0:0 -> 0.0.0.0:23
      by the policy: drop, by \`x\` (line 1)
      by the plan: allow, by \`x\` (line 1)",
        "severity": "error",
        "span": {
          "end": 11,
          "source": {
            "path": "policy.sluice",
            "text": "drop tcp/23
      allow all
      ",
          },
          "start": 0,
        },
      }
    `);
  });

  test('says where its rules do not reach', () => {
    const table: Table = {
      name: 'hosts',
      rowCount: 1,
      columns: [],
      keys: [],
      path: undefined,
      lines: new Uint32Array(1),
      span,
    };
    const row = { name: 'h', table };
    const each: ProgramEach = { kind: 'each', origin, row, rows: undefined, items: [rest] };
    const lookup: PlanNode = {
      kind: 'lookup',
      origin,
      row,
      family: undefined,
      guard: [],
      key: [{ field: 'source', view: 'real', column: 'address' }],
      classes: [],
    };
    const many: Table = { ...table, rowCount: 5000 };
    const byMany = { ...row, table: many };
    const [finding] = findings([{ ...each, row: byMany }], { ...lookup, row: byMany }, { tables: [many] });
    expect([finding?.code, finding?.message]).toMatchInlineSnapshot(`
      [
        "SL1002",
        "the plan of filter forward could not be proved: the rule does not say which row it is for",
      ]
    `);
  });

  describe('with searches side by side', () => {
    const web = rule([port(80)], { verdict: allow });
    const candidates = (rules: ProgramRule[], ranks: number[]): PlanNode => ({ kind: 'candidates', rules, ranks });
    const searches = (...some: PlanNode[]): PlanNode => ({ kind: 'ranked', origin, searches: some });

    test('takes the candidate of the lowest rank', () => {
      const some = rule([port(23, 80)], { verdict: drop });
      const items = [some, web, rest];
      expect(codes(items, searches(candidates([web], [1]), candidates([some, rest], [0, 2])))).toEqual([]);
      expect(codes(items, searches(candidates([web], [0]), candidates([some, rest], [1, 2])))).toEqual(['SL1001']);
    });

    test('refuses rules that do more than decide', () => {
      const counting = rule([port(80)], {
        verdict: allow,
        effects: [{ kind: 'count', counter: { kind: 'named', name: 'web' } }],
      });
      expect(codes([counting, rest], searches(candidates([counting], [0]), candidates([rest], [1])))).toEqual([
        'SL1002',
      ]);
      expect(codes([counting, rest], searches(list(counting), candidates([rest], [0])))).toEqual(['SL1002']);
    });
  });

  test('stops at its budget', () => {
    const [finding] = findings([telnet, rest], list(telnet, rest), { budget: 2 ** 16 });
    expect([finding?.code, finding?.message, finding?.hint]).toMatchInlineSnapshot(`
      [
        "SL1003",
        "the proof of filter forward needs more than 0.0625 MiB for its decision diagrams",
        "Split the block into smaller policies, or leave the proof out with \`--no-proof\`; the output then says so.",
      ]
    `);
  });

  test('needs little for hosts that have one MAC address each', () => {
    const hosts = Array.from({ length: 200 }, (_, at) => 0x0a000000 + at * 37);
    const rules = [
      ...hosts.flatMap((address, at) => [
        rule([host(address), not(mac(0x020000000000 + at * 0x1234567))], { verdict: drop }),
      ]),
      ...hosts.map((address, at) => rule([host(address), port(at)], { verdict: allow })),
    ];
    expect(codes(rules, list(...rules), { budget: 2 ** 23 })).toEqual([]);
  });

  test('wants the stages of the program, in their order', () => {
    const stage = stageOf([rest]);
    const program = programOf(stage);
    const other = { stage: stageOf([rest]), eachPacket: NOTHING, body: list(rest) };
    const codesOf = (stages: Plan['stages']) =>
      provePlan(program, { program, stages }).diagnostics.map(({ code }) => code);
    expect(codesOf([])).toEqual(['SL1001']);
    expect(codesOf([other])).toEqual(['SL1001']);
    expect(codesOf([{ ...other, stage }, other])).toEqual(['SL1001']);
    expect(codesOf([{ ...other, stage }])).toEqual([]);
  });

  test('keeps rules for each packet apart', () => {
    const each = rule([port(23)], { verdict: drop, eachPacket: true });
    expect(codes([each, rest], list(rest), { eachPacket: list(each) })).toEqual([]);
    expect(codes([each, rest], list(each, rest))).toEqual(['SL1001']);
  });
});

describe('what rules write', () => {
  test('is counted as often', () => {
    const web = rule([port(80)], { effects: [counted('web')] });
    const all = rule([port(80, 443)], { effects: [counted('all')] });
    expect(codes([web, all], list(all, web))).toEqual([]);
    expect(codes([web, all], list(web, web, all))).toEqual(['SL1001']);
    expect(codes([web, web], list(rule([port(80)], { effects: [counted('web'), counted('web')] })))).toEqual([]);
    expect(codes([web, all], list(web))).toEqual(['SL1001']);
  });

  test('is logged in the same order', () => {
    const [one, other] = [rule([port(80)], { effects: [logged('a')] }), rule([], { effects: [logged('b')] })];
    expect(codes([one, other], list(other, one))).toEqual(['SL1001']);
    expect(codes([one, other], list(one, other))).toEqual([]);
  });

  test('is a mark: what it comes to, and what reads it', () => {
    const low = rule([], { effects: [mark(1, 0xf)] });
    const high = rule([port(80)], { effects: [mark(0x10, 0xf0)] });
    expect(codes([low, high], list(high, low))).toEqual([]);
    const again = rule([port(80)], { effects: [mark(2, 0xf)] });
    expect(codes([low, again], list(again, low))).toEqual(['SL1001']);
    expect(codes([low, again], list(rule([not(port(80))], { effects: [mark(1, 0xf)] }), again))).toEqual([]);
    const marked = rule([markIs(1, 0xf)], { verdict: drop });
    expect(codes([low, marked, rest()], list(low, rule([], { verdict: drop })))).toEqual([]);
    expect(codes([low, marked], list(marked, low))).toEqual(['SL1001']);
    const partly = rule([markIs(0x21, 0xff)], { verdict: drop });
    expect(codes([low, partly], list(low, rule([markIs(0x20, 0xf0)], { verdict: drop })))).toEqual([]);
  });

  test('is a memory, which answers otherwise afterwards', () => {
    const memory = {
      name: 'banned',
      columns: [],
      timeout: undefined,
      hits: 1,
      bounds: { keys: 1, whenFull: 'match' as const, approximate: false },
      span,
    };
    const isIn: Atom = { negated: false, test: { kind: 'memory', memory, key: ['source'] } };
    const remember: Effect = { kind: 'remember', memory, key: ['source'], duration: undefined };
    const ban = rule([port(23)], { effects: [remember] });
    const banned = rule([isIn], { verdict: drop });
    expect(codes([ban, banned], list(ban, banned))).toEqual([]);
    expect(codes([ban, banned], list(banned, ban))).toEqual(['SL1001']);
    expect(
      codes(
        [banned, rule([], { verdict: allow })],
        list(rule([not(isIn)], { verdict: allow }), rule([], { verdict: drop })),
      ),
    ).toEqual([]);
  });

  test('is a bucket: who charges it, and what its answer does', () => {
    const limited = rule([port(80)], { verdict: drop, gates: [limit('a')] });
    const other = rule([port(443)], { verdict: drop, gates: [limit('b')] });
    expect(codes([limited, other], list(other, limited))).toEqual([]);
    expect(codes([limited], list(rule([], { verdict: drop, gates: [limit('a')] })))).toEqual(['SL1001']);
    expect(codes([limited], list(rule([port(80)], { verdict: drop, gates: [limit('b')] })))).toEqual(['SL1001']);
    expect(codes([limited, limited], list(limited))).toEqual(['SL1001']);
    expect(
      codes([rule([port(22)], { verdict: allow }), limited], list(limited, rule([port(22)], { verdict: allow }))),
    ).toEqual([]);
    expect(codes([rule([], { verdict: allow }), limited], list(limited, rule([], { verdict: allow })))).toEqual([
      'SL1001',
    ]);
  });

  test('is asked in words of a plane: of the same packets', () => {
    const opaque: Atom = { negated: false, test: { kind: 'opaque', plane: 'nftables', text: 'meta cpu 1', span } };
    const strange = rule([port(80), opaque], { verdict: drop });
    expect(codes([strange], list(rule([opaque, port(80)], { verdict: drop })))).toEqual([]);
    expect(codes([strange], list(rule([opaque], { verdict: drop })))).toEqual(['SL1001']);
    expect(codes([strange], list(rule([port(80), not(opaque)], { verdict: drop })))).toEqual(['SL1001']);
  });

  function rest(): ProgramRule {
    return rule([], { verdict: drop });
  }
});
