/** What `balance` becomes for XDP, and what XDP refuses of it. */
import { expect, test } from 'vitest';
import { nftables } from '../../../backends/nftables/index.ts';
import { xdp } from '../../../backends/ebpf/index.ts';
import { compile } from '../../../compiler/compile.ts';
import { inputsWith } from '../../builders/ruleset.ts';

function compiled(text: string) {
  const options = { planes: [nftables, xdp], nameBuild: () => 'test' };
  return compile({ path: 'test.sluice', text }, inputsWith({}), options);
}

const POOL = 'pool table backends(addr: ip, weight: u16 = 1) = { (10.0.0.5, 1), (10.0.0.6, 2), (2001:db8::6, 1) }';

function web(settings: string, more = '', target = 'xdp on eth0 nftables'): string {
  return `zone uplink = eth0
    ${more}
    balance web { vip 192.0.2.10, 2001:db8::10 service tcp/443 ${POOL} ${settings} }
    target edge { ${target} }`;
}

function artifactsOf(text: string): ReadonlyMap<string, Buffer> {
  const { targets, diagnostics } = compiled(text);
  expect(diagnostics.filter(({ severity }) => severity === 'error').map(({ message }) => message)).toEqual([]);
  const artifacts = targets.flatMap(({ planes }) => planes.find(({ plane }) => plane === 'xdp')?.artifacts ?? []);
  return new Map(artifacts.map(({ path, content }) => [path.replace('ebpf/', ''), Buffer.concat(content)]));
}

function errorsOf(text: string): string[] {
  return compiled(text)
    .diagnostics.filter(({ severity }) => severity === 'error')
    .map(({ code, message }) => `${code} ${message}`);
}

test('services and backends are maps, and what mitigate allows goes on to them', () => {
  const files = artifactsOf(web('forward gre', 'mitigate { allow tcp/443 drop tcp count as rest }'));
  expect(files.get('maps/rules.txt')!.toString().trim().split('\n')).toEqual([
    '0 skip to 3 test.sluice:2 allow tcp/443',
    '1 drop test.sluice:2 drop tcp',
    '2 on test.sluice:2 count as rest',
    ...[3, 4].map((number) => `${number} balance test.sluice:3 balance web`),
  ]);
  expect(
    files
      .get('policy.h')!
      .toString()
      .match(/^#define (?:SERVICES|BACKENDS|MAGLEV_ENTRIES) .*$/gm),
  ).toEqual(['#define SERVICES 1', '#define BACKENDS 3', '#define MAGLEV_ENTRIES 65537']);
  expect(
    files
      .get('policy.conf')!
      .toString()
      .match(/^(?:service|counter) .*$/gm),
  ).toEqual([
    'service web',
    'counter rest',
    'counter balance web sent',
    'counter balance web without backend',
    'counter balance web too long',
    'counter balance web without way',
  ]);
  expect(files.get('xdp.bpf.c')!.toString()).toContain('mitigate and balance of test');
});

test('the text of the program is the same for one service and for many', () => {
  const text = (blocks: number) => `zone uplink = eth0
    ${Array.from(
      { length: blocks },
      (_, n) => `balance b${n} { vip 192.0.2.${n} service tcp/${n + 1} forward ipip
        pool table t${n}(addr: ip) = { (10.0.0.${n}), (2001:db8::${n}) } }`,
    ).join('\n')}
    target edge { xdp on eth0 }`;
  const sourceOf = (blocks: number) =>
    artifactsOf(text(blocks))
      .get('xdp.bpf.c')!
      .toString()
      .replaceAll(/\d+ rules|struct \w+, \d+\)/g, '');
  expect(sourceOf(60)).toBe(sourceOf(2));
});

test('sent without a header of its own, a packet gets to backends of its family only', () => {
  const services = artifactsOf(web('hash maglev 11 on source fragments on protocol forward direct')).get(
    'maps/services.bin',
  )!;
  const numbers = new Uint32Array(services.buffer, services.byteOffset, services.length / 4);
  // The tables of IPv4 and of IPv6.
  expect([...numbers.subarray(0, 8)]).toEqual([0, 11, 0, 2, 11, 11, 2, 1]);
  // The way to forward, what is hashed, the first counter.
  expect([...numbers.subarray(24, 27)]).toEqual([2, 1, 0]);
});

test('what is hashed are words of the packet in blocks of three, the last at the end, and of fragments as the policy says', () => {
  const services = artifactsOf(web('fragments on protocol, source forward gre')).get('maps/services.bin')!;
  const hashed = (at: number) => ({
    words: [...services.subarray(at, at + 12)],
    count: services.readUInt32LE(at + 12),
  });
  const none = (count: number) => Array<number>(count).fill(15);
  expect(hashed(32)).toEqual({ words: [...none(6), 0, 4, 9, 10, 8, 15], count: 5 });
  expect(hashed(48)).toEqual({ words: [0, 1, 2, 3, 4, 5, 6, 7, 9, 10, 8, 15], count: 11 });
  expect(hashed(64)).toEqual({ words: [...none(9), 8, 0, 15], count: 2 });
  expect(hashed(80)).toEqual({ words: [...none(6), 8, 0, 1, 2, 3, 15], count: 5 });
});

test('services have memories of flows of their own, and leave to this host what its sockets take', () => {
  const files = artifactsOf(`${web('forward gre')}
    balance kept { vip 192.0.2.11 service tcp/443 pool backends remember 1000 flows local first forward gre }
    balance much { vip 192.0.2.12 service tcp/443 pool backends remember 70000 flows forward gre }`);
  const services = files.get('maps/services.bin')!;
  const settings = [0, 1, 2].map((number) => [108, 112].map((at) => services.readUInt32LE(120 * number + at)));
  expect(settings).toEqual([
    [0xffffffff, 0],
    [0, 1],
    [1, 0],
  ]);
  expect(files.get('policy.conf')!.toString()).toContain('flows kept 1000\nflows much 70000\n');
  expect(files.get('maps/flow_tables.bin')!.length).toBe(16);
});

test('a backend has its address, its weight, and where headers to it are from', () => {
  const backends = artifactsOf(web('forward ipip from 192.0.2.1, 2001:db8::1')).get('maps/backends.bin')!;
  expect(backends.length).toBe(3 * 56);
  const second = backends.subarray(56, 112).toString('hex');
  expect(second.slice(0, 64)).toBe(`0a000006${'0'.repeat(24)}c0000201${'0'.repeat(24)}`);
  expect(second.slice(80)).toBe('04000000020000000000000001000000');
  expect(backends.subarray(112, 144).toString('hex')).toBe(
    '20010db800000000000000000000000620010db8000000000000000000000001',
  );
});

test('a block goes to the plane that carries out its way to forward, and the manifest says so', () => {
  const { targets } = compiled(
    `${web('forward gre')}
    balance inner { vip 192.0.2.11 service udp/53 pool backends forward dnat }
    filter forward default drop { allow tcp }`,
  );
  expect(targets[0]!.balances.map(({ balance, plane }) => `${balance.name}: ${plane}`)).toEqual([
    'web: xdp',
    'inner: nftables',
  ]);
  expect(targets[0]!.planes.map(({ plane }) => plane)).toEqual(['xdp', 'nftables']);
});

test('what XDP cannot do exactly is refused', () => {
  expect(errorsOf(web('forward gue'))).toEqual([
    'SL1201 XDP cannot send packets to a backend by `forward gue`',
    'SL0701 nftables cannot send packets to a backend by `forward gue`',
  ]);
  expect(errorsOf(web('forward dnat', '', 'xdp on eth0'))).toEqual([
    'SL1201 XDP cannot send packets to a backend by `forward dnat`',
  ]);
  expect(errorsOf(web('forward gre', '', 'nftables'))).toEqual([
    'SL0701 nftables cannot send packets to a backend by `forward gre`',
  ]);
  expect(errorsOf(web('remember 20000000 flows forward gre'))).toEqual([
    'SL1201 XDP has room for 16777216 flows in the memories of all services, and there are 20000000',
  ]);
  expect(errorsOf(web('local first forward gre').replace('tcp/443', 'tcp, sctp'))).toEqual([
    'SL1201 XDP can ask for sockets of TCP and UDP only',
  ]);
  expect(errorsOf(web('local first forward gre', 'dispatch { tcp/443 -> socket web }'))).toContain(
    'SL1201 XDP cannot tell which socket `dispatch` would give a packet to',
  );
  expect(errorsOf(web('fragments on source, source forward gre'))).toEqual([
    'SL1201 `fragments on` names a field twice',
  ]);
  expect(errorsOf(web('forward direct from 192.0.2.1'))).toEqual([
    'SL1201 `forward direct` has no header of its own that could be from an address',
  ]);
  expect(errorsOf(web('forward gre from 192.0.2.1'))).toEqual([
    'SL1201 `from` names no address of IPv6, which backends have',
  ]);
  expect(errorsOf(web('forward gre from 192.0.2.0/30, 2001:db8::1'))).toEqual([
    'SL1201 `from` names several addresses of IPv4',
  ]);
  expect(errorsOf(web('forward gre', 'zone inside = eth1'))).toEqual([
    'SL1201 `eth1` of zone `inside` is no interface that the target runs XDP on',
  ]);
  expect(errorsOf(web('forward gre', 'mitigate { notrack udp }'))).toEqual([
    'SL1201 `mitigate` comes before `balance`, and XDP cannot carry it out: XDP cannot carry out `notrack`',
  ]);
});

test('tables of all services have a bound', () => {
  const blocks = Array.from(
    { length: 9 },
    (_, n) => `balance b${n} { vip 192.0.2.${n} service tcp/1 pool t hash maglev 16777213 on flow forward direct }`,
  );
  const text = `zone uplink = eth0 table t(addr: ip) = { (10.0.0.1) } ${blocks.join('\n')} target edge { xdp on eth0 }`;
  expect(errorsOf(text)[0]).toBe('SL1201 the Maglev tables of XDP may have 268435456 entries in all');
});
