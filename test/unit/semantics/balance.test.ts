import { describe, expect, it } from 'vitest';
import type { Balance, Policy } from '../../../compiler/model/policy.ts';
import { IntervalSet } from '../../../compiler/net/interval-set.ts';
import { maglevTable } from '../../../compiler/net/maglev.ts';
import { BALANCE_SEED, balanceEntry } from '../../../compiler/semantics/balance-key.ts';
import { nftablesJhash } from '../../../compiler/net/jhash.ts';
import { fragmentsOf } from '../../../compiler/semantics/kernel/fragments.ts';
import { ENVIRONMENT, Router, ZONES, addressText, fromInside, fromUplink, tcp, udp } from '../../builders/packets.ts';
import { addresses, filter, origin, policy, table } from '../../builders/policy.ts';
import type { Outcome } from '../../../compiler/semantics/evaluate.ts';

const POOL = table('backends', { addr: 'prefix4' }, [['10.0.0.11'], ['10.0.0.12'], ['10.0.0.13']]);

function balanced(more: Partial<Balance> = {}): Policy {
  const web: Balance = {
    name: 'web',
    origin: origin('balance web'),
    addresses: addresses('192.0.2.10'),
    services: IntervalSet.of(24, 6 * 65536 + 443),
    pool: POOL,
    addressColumn: 'addr',
    weightColumn: undefined,
    tableSize: 251,
    hashOn: 'flow',
    fragmentsOn: ['source', 'destination', 'protocol'],
    rememberFlows: undefined,
    localFirst: false,
    forward: 'gre',
    from: undefined,
    ...more,
  };
  return policy(ZONES, { balances: [web] }, filter('forward', {}));
}

function backendOf(outcome: Outcome): string {
  const { fate } = outcome;
  if (fate.kind === 'encapsulated') return `10.0.0.${fate.backend & 0xffn}`;
  return fate.kind === 'forwarded' ? addressText(fate.leaving.packets[0]!, 'destination') : fate.kind;
}

const visit = (port: number, tcpFlags: readonly ('syn' | 'ack')[] = ['syn']) =>
  fromUplink(tcp(`198.51.100.7:${port}`, '192.0.2.10:443', { tcpFlags }));

describe('a load balancer', () => {
  it('hashes addresses, ports and protocol as nftables does', () => {
    const key = Uint8Array.of(198, 51, 100, 7, 192, 0, 2, 10, 0x04, 0x01, 0, 0, 1, 0xbb, 0, 0, 6, 0, 0, 0);
    const packet = tcp('198.51.100.7:1025', '192.0.2.10:443');
    expect(balanceEntry(balanced().balances[0]!, packet)).toBe(nftablesJhash(key, 251, BALANCE_SEED));
  });

  it('sends each flow to the backend of its entry in the Maglev table', () => {
    const subject = balanced();
    const backends = [11, 12, 13].map((last) => ({ name: `4:${0x0a000000 + last}`, weight: 1 }));
    const entries = maglevTable(backends, 251);
    const router = new Router(subject);
    const chosen = new Set<string>();
    for (let port = 1000; port < 1050; port++) {
      const outcome = router.take(visit(port));
      const entry = balanceEntry(subject.balances[0]!, tcp(`198.51.100.7:${port}`, '192.0.2.10:443'))!;
      expect(outcome.fate).toMatchObject({ kind: 'encapsulated', by: 'gre' });
      expect(backendOf(outcome)).toBe(`10.0.0.${11 + entries[entry]!}`);
      chosen.add(backendOf(outcome));
    }
    expect(chosen.size).toBe(3);
  });

  it('serves its own services only', () => {
    const router = new Router(balanced());
    expect(router.fate(fromUplink(tcp('198.51.100.7:1', '192.0.2.10:80')))).not.toBe('encapsulated');
    expect(router.fate(fromUplink(udp('198.51.100.7:1', '192.0.2.10:443')))).not.toBe('encapsulated');
  });

  it('hashes on the source alone where it says so', () => {
    const router = new Router(balanced({ hashOn: 'source' }));
    const backends = new Set(Array.from({ length: 20 }, (_, k) => backendOf(router.take(visit(1000 + k)))));
    expect(backends.size).toBe(1);
  });

  it('sends all fragments of a packet to one backend', () => {
    const packet = tcp('198.51.100.7:1025', '192.0.2.10:443', { payload: new Uint8Array(400) });
    const router = new Router(balanced());
    const backends = new Set(fragmentsOf(packet, 200, 0).map((part) => backendOf(router.take(fromUplink(part)))));
    expect(backends.size).toBe(1);
    expect([...backends][0]).toMatch(/^10\.0\.0\.1[123]$/);
  });

  it('leaves dead backends out, and keeps flows that it remembers', () => {
    const router = new Router(balanced({ rememberFlows: 1000 }));
    const before = Array.from({ length: 30 }, (_, k) => backendOf(router.take(visit(1000 + k, ['ack']))));
    const sick = new Router(router.policy, { ...ENVIRONMENT, down: addresses('10.0.0.11') });
    sick.state = router.state;
    const after = Array.from({ length: 30 }, (_, k) => backendOf(sick.take(visit(1000 + k, ['ack']))));
    for (const [k, backend] of after.entries()) {
      expect(backend).not.toBe('10.0.0.11');
      if (before[k] !== '10.0.0.11') expect(backend).toBe(before[k]);
    }
    const dead = new Router(router.policy, { ...ENVIRONMENT, down: addresses('10.0.0.0/24') });
    expect(dead.fate(visit(1))).toBe('gone: host no backend of web is alive');
  });

  it('remembers no flow by its SYN', () => {
    const subject = balanced({ rememberFlows: 1000 });
    const remembered = (flag: 'syn' | 'ack') => {
      const router = new Router(subject);
      router.take(visit(1025, [flag]));
      return router.state.balanced.size;
    };
    expect(remembered('syn')).toBe(0);
    expect(remembered('ack')).toBe(1);
  });

  it('leaves to this host what its sockets take, with `local first`', () => {
    const address = { family: 4, value: 0xc000020an } as const;
    const peer = { value: 0xc6336407n, port: 1025 };
    const sockets = [{ name: 'kept', protocol: 6, port: 443, address, peer }];
    const router = new Router(balanced({ localFirst: true }), { ...ENVIRONMENT, sockets });
    expect(router.take(visit(1025)).fate.kind).not.toBe('encapsulated');
    expect(router.take(visit(1026)).fate.kind).toBe('encapsulated');
  });

  it('translates the destination of flows with `forward dnat`', () => {
    const router = new Router(balanced({ forward: 'dnat' }));
    const outcome = router.take(visit(1000));
    const backend = backendOf(outcome);
    expect(backend).toMatch(/^10\.0\.0\.1[123]$/);
    // The rest of the flow follows, also when the pool changes, and replies come from the virtual address.
    const changed = new Router(
      balanced({ forward: 'dnat', pool: table('backends', { addr: 'prefix4' }, [['10.0.0.99']]) }),
    );
    changed.state = router.state;
    expect(backendOf(changed.take(visit(1000)))).toBe(backend);
    expect(
      changed.fate(
        fromInside(tcp(`${backend}:443`, '198.51.100.7:1000', { tcpFlags: ['syn', 'ack'], acknowledgement: 1 })),
      ),
    ).toBe('out eth0 192.0.2.10:443 > 198.51.100.7:1000');
    expect(backendOf(changed.take(visit(1001)))).toBe('10.0.0.99');
  });
});
