/**
 * A packet's way to its class among those of 24,000 members, by the priority that nftables writes, by that which a program before the
 * queues writes (eBPF), and by the filters that tc has where it is alone (u32 in tables): through a router, against the same queues where all goes to the default class, and against a
 * list of u32 filters. What the lookup itself costs is told by
 * packets that the router sends: with priorities that the sender gives, nothing is looked up and the queues are the same.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { trafficBinary } from '../traffic/binary.ts';
import { median, ratioOf } from './medians.ts';
import { MEMBERS, memberBuild, memberClasses, memberFilters, memberProgram, room } from './member-classes.ts';

const ROUNDS = Number(process.env['SLUICE_BENCH_ROUNDS'] ?? 9);
const PACKETS = 200_000;

/** The same choice as a list of filters, as it is often written. */
function u32Filters(files: ReadonlyMap<string, string>): string {
  return memberClasses(files)
    .map(
      ({ id, name }) =>
        `filter add dev up0 parent 1: protocol ip prio 1 u32 match ip dst ${room(Number(name))}/24 flowid ${id}\n`,
    )
    .join('');
}

/** The members' classes, as numbers of 32 bits. */
function priorities(files: ReadonlyMap<string, string>): string {
  const ids = new Map(memberClasses(files).map(({ id, name }) => [name, id] as const));
  return Array.from({ length: MEMBERS }, (_, at) => {
    const [major = '', minor = ''] = ids.get(String(at))!.split(':');
    return `${major}${minor.padStart(4, '0')}\n`;
  }).join('');
}

const FORWARDED = {
  none: 'by default',
  one: 'to one member',
  all: 'to all members',
  program: 'to one member, by a program',
  programAll: 'to all members, by a program',
  tables: 'to one member, tc alone',
  list: 'a list of u32',
};
const SENT = {
  given: 'sent, class given',
  found: 'sent, class looked up',
  programmed: 'sent, class looked up by a program',
};

test(`a packet's way to its class, of ${MEMBERS}`, () => {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-shape-cost-'));
  try {
    const files = memberBuild();
    for (const [name, text] of files) writeFileSync(join(folder, name), text);
    writeFileSync(join(folder, 'tables.batch'), memberFilters());
    for (const { path, content } of memberProgram()) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), Buffer.concat(content));
    }
    writeFileSync(join(folder, 'list.batch'), u32Filters(files));
    writeFileSync(join(folder, 'priorities'), priorities(files));
    const scatter = (way: string, members: number, packets: number, given = '') =>
      `${trafficBinary()} scatter 10.0.0.1 ${members} 256 ${packets} ${given} | sed 's/^/${way}=/'`;
    const forwarded = (way: string, members: number, packets = PACKETS) =>
      `ip netns exec inside ${scatter(way, members, packets)}`;
    const script = [
      'mkdir -p /run/netns; mount -t tmpfs none /run/netns; ip netns add inside; ip netns add world',
      'make -s -C ebpf; mount -t bpf bpf /sys/fs/bpf',
      'ip link add up0 type veth peer name up1 netns world; ip link add in0 type veth peer name in1 netns inside',
      'ip link set up0 up; ip link set in0 up; ip -n world link set up1 up; ip -n inside link set in1 up',
      'ip address add 192.168.7.1/24 dev up0; ip neigh add 192.168.7.2 lladdr 02:00:00:00:00:09 dev up0',
      'ip address add 192.168.8.1/24 dev in0; ip -n inside address add 192.168.8.2/24 dev in1',
      'ip route add 10.0.0.0/8 via 192.168.7.2; ip -n inside route add default via 192.168.8.1',
      'sysctl -qw net.ipv4.ip_forward=1',
      'tc -batch up.batch',
      forwarded('warm', MEMBERS),
      `for round in $(seq ${ROUNDS}); do`,
      forwarded(FORWARDED.none, 1),
      scatter(SENT.given, MEMBERS, PACKETS, 'priorities'),
      'nft -f ruleset.nft',
      forwarded(FORWARDED.one, 1),
      forwarded(FORWARDED.all, MEMBERS),
      scatter(SENT.found, MEMBERS, PACKETS),
      'nft delete table inet sluice',
      'ebpf/sluice-load up',
      forwarded(FORWARDED.program, 1),
      forwarded(FORWARDED.programAll, MEMBERS),
      scatter(SENT.programmed, MEMBERS, PACKETS),
      'ebpf/sluice-load down',
      'tc -batch tables.batch',
      forwarded(FORWARDED.tables, 1),
      'tc filter del dev up0 parent 1:',
      'done',
      'tc -batch list.batch',
      forwarded(FORWARDED.list, MEMBERS, 3000),
      `tc -s class show dev up0 | grep -c 'Sent [1-9]'`,
    ].join('\n');
    const output = execFileSync('unshare', ['--net', '--mount', 'sh', '-ec', script], {
      cwd: folder,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const costs = (way: string) =>
      output.split('\n').flatMap((line) => (line.startsWith(`${way}=`) ? [Number(line.slice(way.length + 1))] : []));
    for (const way of Object.values({ ...FORWARDED, ...SENT })) {
      console.log(`${way}: ${median(costs(way)).toFixed(0)} ns`);
    }
    const ratio = ratioOf(costs(FORWARDED.one), costs(FORWARDED.none));
    const program = ratioOf(costs(FORWARDED.program), costs(FORWARDED.none));
    const lookup = median(costs(SENT.found)) - median(costs(SENT.given));
    const programmed = median(costs(SENT.programmed)) - median(costs(SENT.given));
    const tables = ratioOf(costs(FORWARDED.tables), costs(FORWARDED.none));
    const list = median(costs(FORWARDED.list)) / median(costs(FORWARDED.all));
    console.log(`through the router, by priority: ${ratio.toFixed(2)} x the default class`);
    console.log(
      `by a program: ${program.toFixed(2)} x; the program itself, to all members: ${programmed.toFixed(0)} ns`,
    );
    console.log(`by tc alone: ${tables.toFixed(2)} x; by a list of u32 filters: ${list.toFixed(0)} x that by priority`);
    console.log(`the rules and the lookup themselves, to all members: ${lookup.toFixed(0)} ns`);
    // Packets have been in (nearly) all classes.
    expect(Number(output.trim().split('\n').at(-1))).toBeGreaterThan(MEMBERS * 0.9);
    expect.soft(ratio).toBeLessThanOrEqual(1.1);
    expect.soft(program).toBeLessThanOrEqual(1.1);
    expect.soft(tables).toBeLessThanOrEqual(1.1);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
