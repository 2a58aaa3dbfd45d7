import { describe, expect, it } from 'vitest';
import type { RuleItem } from '../../../compiler/model/policy.ts';
import { forwardRules, policyOf, rulesOf } from './check-text.ts';
import { show } from './show.ts';

const zones = 'zone uplink = eth0 zone inside = eth1';

function namesOf(items: readonly RuleItem[]): string[] {
  return items.flatMap((item) => [item.origin.name, ...(item.kind === 'rule' ? [] : namesOf(item.body))]);
}

describe('filters', () => {
  it('are stateful, drop by default, drop what is invalid, and let through what is essential', () => {
    const { forward } = policyOf('filter forward { allow tcp/80 }').filters;
    expect(forward).toMatchObject({ stateful: true, default: { kind: 'drop' }, invalid: 'drop', pickup: false });
    expect(forward?.essential).toMatchObject([{ kind: 'scope', group: 'essential_forward' }]);
  });

  it('imply nothing where they allow by default or say `essential off`', () => {
    expect(policyOf('filter input default allow { drop tcp/80 }').filters.input?.essential).toEqual([]);
    expect(policyOf('filter input { essential off allow tcp/80 }').filters.input?.essential).toEqual([]);
  });

  it('know no invalid packets without state', () => {
    expect(policyOf('filter input stateless default reject { }').filters.input).toMatchObject({
      stateful: false,
      invalid: 'pass',
      default: { kind: 'reject', reason: undefined },
    });
  });

  it('are one list over all blocks of a hook', () => {
    const { forward } = policyOf(`
      filter forward after { allow tcp/3 }
      filter forward default allow { drop tcp/2 }
      filter forward before { allow tcp/1 }
    `).filters;
    expect(rulesOf(forward).map(({ origin }) => origin.name)).toEqual([
      'filter forward before/allow-tcp-1',
      'filter forward/drop-tcp-2',
      'filter forward after/allow-tcp-3',
    ]);
    expect(forward?.default).toEqual({ kind: 'allow' });
  });

  it('take rules for each packet first', () => {
    const { forward } = policyOf('filter forward { each packet drop length 0-20 allow tcp/80 }').filters;
    expect(rulesOf(forward).map(({ eachPacket }) => eachPacket)).toEqual([true, false]);
  });
});

describe('mitigate', () => {
  it('is a block for each set of zones, and one for the same zones', () => {
    const { mitigate } = policyOf(`${zones}
      mitigate in uplink { drop udp/1 }
      mitigate in inside { drop udp/2 }
      mitigate after in inside { drop udp/3 }
    `);
    expect(mitigate.map((block) => [block.zones?.map(({ name }) => name), block.body.length])).toEqual([
      [['uplink'], 1],
      [['inside'], 2],
    ]);
  });
});

describe('rows', () => {
  const users = `
    table users(id: u32, room: prefix4, room6: prefix6 = none, plan: enum(full, trial), limit: rate, name: string) = {
      (1, 10.0.0.0/24, 2001:db8:1::/48, full, 5mbit, "ann"),
      (2, 10.0.1.0/24, none, trial, 10mbit, "bob"),
      (3, 10.1.0.0/16, none, trial, 1mbyte/second, "eve"),
    }
    let campus = 10.0.0.0/16
  `;

  it.each([
    ['u.plan == trial', [1, 2]],
    ['u.plan != trial', [0]],
    ['u.plan in {full, trial}', [0, 1, 2]],
    ['u.id in 2-9', [1, 2]],
    ['u.id > 1 and u.id < 3', [1]],
    ['u.id == 1 or u.name == "eve"', [0, 2]],
    ['not u.id == 1', [1, 2]],
    ['u.room in campus', [0, 1]],
    ['u.room == 10.0.1.0/24', [1]],
    ['u.room6 == none', [1, 2]],
    ['u.room6 != none', [0]],
    ['u.limit >= 8mbit', [1, 2]],
    ['10 < u.id', []],
  ])('where %s', (where, rows) => {
    const { count } = policyOf(`${users} count { each u in users where ${where} { traffic host u.room as u.id } }`);
    const [each] = count?.body ?? [];
    expect(each?.kind === 'each' && [...(each.rows ?? [])]).toEqual(rows);
  });

  it('are all of them without `where`', () => {
    const { count } = policyOf(`${users} count { each u in users { traffic host u.room as u.id } }`);
    expect(count?.body).toMatchObject([{ kind: 'each', row: { name: 'u' }, rows: undefined }]);
  });

  it('count what hosts send and what they receive', () => {
    const { count } = policyOf(`${users} count { each u in users { traffic host u.room, u.room6 as u.id } }`);
    const [rule] = rulesOf(count);
    expect(rule?.effects.map(({ effect, condition }) => [effect, show(condition)])).toMatchObject([
      [
        { kind: 'count', counter: { kind: 'per row', cell: { column: 'id' }, direction: 'sent' } },
        '(real source in u.room or real source in u.room6)',
      ],
      [
        { kind: 'count', counter: { kind: 'per row', cell: { column: 'id' }, direction: 'received' } },
        '(real destination in u.room or real destination in u.room6)',
      ],
    ]);
  });
});

describe('groups', () => {
  const groups = `${zones}
    service web = tcp/80
    let servers = 192.0.2.80
    group web_server(hosts, services, way) {
      leave in way
      allow to hosts services
      use quiet(hosts)
    }
    group quiet(hosts) { drop to hosts }
  `;

  it('stand for their rules, with their arguments, wherever they are used', () => {
    const rules = forwardRules('use web_server(servers + 192.0.2.81, web, inside)', groups);
    expect(rules.map((rule) => [rule.verdict?.kind, show(rule.condition)])).toEqual([
      ['leave', 'in inside'],
      ['allow', `(real destination in {192.0.2.80/31} and service in {${6 * 65536 + 80}})`],
      ['drop', 'real destination in {192.0.2.80/31}'],
    ]);
    expect(rules.map(({ origin }) => origin.via.length)).toEqual([1, 1, 2]);
  });

  it('give names that tell their uses apart', () => {
    const { forward } = policyOf(`${groups}
      filter forward {
        use quiet(192.0.2.1)
        use quiet(192.0.2.2)
        use web_server(servers, web, uplink)
      }
    `).filters;
    const names = namesOf(forward?.body ?? []);
    expect(names).toHaveLength(new Set(names).size);
    expect(names).toMatchObject([
      expect.stringMatching(/^filter forward\/quiet-[0-9a-f]{6}$/),
      expect.stringMatching(/^filter forward\/quiet-[0-9a-f]{6}\/drop-to-hosts$/),
      expect.stringMatching(/^filter forward\/quiet-[0-9a-f]{6}$/),
      expect.stringMatching(/^filter forward\/quiet-[0-9a-f]{6}\/drop-to-hosts$/),
      'filter forward/web_server',
      'filter forward/web_server/leave-in-way',
      'filter forward/web_server/allow-services',
      'filter forward/web_server/quiet',
      'filter forward/web_server/quiet/drop-to-hosts',
    ]);
  });
});

describe('origins', () => {
  it('keep what authors say, and the text on one line', () => {
    const [rule] = rulesOf(
      policyOf(`
        owner "net team"
        filter forward {
          ## Mail goes out by the relay.
          ticket "NET-7"
          reject tcp/25   # all of them
            and log "# smtp"
        }
      `).filters.forward,
    );
    expect(rule?.origin).toMatchObject({
      name: 'filter forward/reject-tcp-25',
      text: 'reject tcp/25 and log "# smtp"',
      documentation: ['Mail goes out by the relay.'],
      owner: 'net team',
      ticket: 'NET-7',
      via: [],
    });
  });

  it('do not depend on where a rule stands among others', () => {
    const [first, second] = [forwardRules('allow tcp/80 drop udp/53'), forwardRules('drop udp/53 allow tcp/80')];
    const sorted = (rules: typeof first): string[] => rules.map(({ origin }) => origin.name).toSorted();
    expect(sorted(first)).toEqual(sorted(second));
  });
});

describe('an expired `allow`', () => {
  it('is left out', () => {
    // A warning is a finding, so the policy cannot be read by `policyOf`.
    expect(forwardRules('allow tcp/80 until 2026-06-15')).toHaveLength(1);
    expect(forwardRules('allow tcp/80 not until 2020-01-01')).toHaveLength(1);
  });
});
