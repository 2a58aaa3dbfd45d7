import { describe, expect, it } from 'vitest';
import { forwardRule, policyOf, rulesOf } from './check-text.ts';

describe('limits', () => {
  it('have the burst, keys and answer of the language where nothing is said', () => {
    expect(forwardRule('allow tcp/22 up to 10/minute per source').gates).toMatchObject([
      {
        kind: 'rate',
        limiter: 'filter forward/allow-tcp-22',
        sense: 'up to',
        rate: { of: 'events', amount: 10, perSeconds: 60 },
        burst: 5,
        per: [{ field: 'source', prefix4: 32, prefix6: 128 }],
        bounds: { keys: 65536, whenFull: 'miss', approximate: false },
      },
    ]);
  });

  it('never let more through than the policy says when their table is full', () => {
    expect(forwardRule('drop tcp/22 over 10/minute per source').gates).toMatchObject([
      { bounds: { whenFull: 'match' } },
    ]);
    expect(forwardRule('reject tcp/22 not up to 10/minute per source').gates).toMatchObject([
      { sense: 'over', bounds: { whenFull: 'match' } },
    ]);
    expect(forwardRule('log tcp/22 up to 10/minute per source').gates).toMatchObject([
      { bounds: { whenFull: 'miss' } },
    ]);
  });

  it('take the answer that the policy gives, turned round with the clause', () => {
    expect(forwardRule('drop tcp over 5/second when full miss').gates).toMatchObject([
      { bounds: { whenFull: 'miss' } },
    ]);
    expect(forwardRule('drop tcp not up to 5/second when full match').gates).toMatchObject([
      { bounds: { whenFull: 'miss' } },
    ]);
  });

  it('belong to the effect behind which they stand', () => {
    const rule = forwardRule(
      'reject tcp/25 up to 1/second and log "smtp" up to 5/second up to 6/minute and count as smtp',
    );
    expect(rule.gates).toMatchObject([{ limiter: 'filter forward/reject-tcp-25' }]);
    expect(rule.effects).toMatchObject([
      {
        effect: { kind: 'log', prefix: 'smtp' },
        gates: [{ limiter: 'filter forward/reject-tcp-25/log' }, { limiter: 'filter forward/reject-tcp-25/log/2' }],
      },
      { effect: { kind: 'count', counter: { kind: 'named', name: 'smtp' } }, gates: [] },
    ]);
  });

  it('have a bucket for each row', () => {
    const { mitigate } = policyOf(`
      table users(id: u32, room: ipv4, limit: rate) = { (1, 10.0.0.1, 5/second) }
      mitigate { each u in users { drop to u.room over u.limit per source/24/64, destination port } }
    `);
    expect(rulesOf(mitigate[0])[0]?.gates).toMatchObject([
      {
        rate: { kind: 'cell', column: 'limit' },
        rows: [{ name: 'u' }],
        per: [{ field: 'source', prefix4: 24, prefix6: 64 }, { field: 'destination port' }],
      },
    ]);
  });

  it('measure bursts of bits in bytes', () => {
    const { mitigate } = policyOf('mitigate { drop udp over 5mbit per destination burst 64KiB keys 1000 }');
    expect(rulesOf(mitigate[0])[0]?.gates).toMatchObject([
      { rate: { of: 'bits', amount: 5_000_000, perSeconds: 1 }, burst: 65536, bounds: { keys: 1000 } },
    ]);
  });

  it('know connections, samples and the flow as a key', () => {
    expect(forwardRule('drop tcp over 100 connections per source').gates).toMatchObject([
      { kind: 'connections', sense: 'over', count: 100, per: [{ field: 'source' }] },
    ]);
    expect(forwardRule('log tcp not sample 1/100').gates).toMatchObject([{ kind: 'sample', one: 99, of: 100 }]);
    const [gate] = forwardRule('drop tcp over 5/second per flow').gates;
    expect(gate?.kind === 'rate' && gate.per.map(({ field }) => field)).toEqual([
      'source',
      'destination',
      'source port',
      'destination port',
      'protocol',
    ]);
  });
});
