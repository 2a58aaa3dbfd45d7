/**
 * A packet's way to its class among those of 24,000 members behind tc's `fw` filter, whose hash table has 256 lists, against the
 * priority that nftables writes, and against filters that need no mark: `u32` in tables, which tc has where it is alone, and
 * `flower`. On a second kernel, for this one may have no such filters, whose clock counts instructions. The mark that `fw` goes by
 * comes from the same map as the priority, so that what differs is what finds the class by it.
 */
import { expect, test } from 'vitest';
import { trafficBinary } from '../traffic/binary.ts';
import { runJobs } from '../vm/machine/boot.ts';
import { median } from './medians.ts';
import { MEMBERS, memberBuild, memberClasses, memberFilters, room } from './member-classes.ts';

const PACKETS = 20_000;
const ROUNDS = 3;

/** The same rules with marks: a class's number below its shaper's. */
function withMarks(ruleset: string): string {
  return ruleset
    .replaceAll('meta priority set', 'meta mark set')
    .replaceAll(/\bclassid\b/g, 'mark')
    .replaceAll(/\b1:([0-9a-f]{1,4})\b/g, '0x$1');
}

function fwFilters(files: ReadonlyMap<string, string>): string {
  return memberClasses(files)
    .map(({ id }) => `filter add dev up0 parent 1: protocol ip prio 1 handle 0x${id.split(':')[1]} fw classid ${id}\n`)
    .join('');
}

function flowerFilters(files: ReadonlyMap<string, string>): string {
  return memberClasses(files)
    .map(
      ({ id, name }) =>
        `filter add dev up0 parent 1: protocol ip prio 1 flower dst_ip ${room(Number(name))}/24 classid ${id}\n`,
    )
    .join('');
}

test(`a packet's way to its class, of ${MEMBERS}, by the filter fw and by priority`, () => {
  const files = memberBuild();
  const scatter = (way: string) =>
    `for round in $(seq ${ROUNDS}); do ${trafficBinary()} scatter 10.0.0.1 ${MEMBERS} 256 ${PACKETS} | sed 's/^/${way}=/'; done`;
  const script = [
    'ip link add up0 type veth peer name up1; ip link set up0 up; ip link set up1 up',
    'ip address add 192.168.7.1/24 dev up0; ip neigh add 192.168.7.2 lladdr 02:00:00:00:00:09 dev up0',
    'ip route add 10.0.0.0/8 via 192.168.7.2',
    'tc -batch up.batch',
    `${scatter('warm')} > /dev/null`,
    scatter('default'),
    'nft -f ruleset.nft',
    scatter('priority'),
    'nft delete table inet sluice',
    ...['tables', 'flower'].flatMap((way) => [
      `tc -batch ${way}.batch`,
      scatter(way),
      'tc filter del dev up0 parent 1:',
    ]),
    'tc -batch fw.batch',
    'nft -f marks.nft',
    scatter('fw'),
    "tc -s class show dev up0 | grep -c 'Sent [1-9]'",
  ].join('\n');
  const marks = withMarks(files.get('ruleset.nft')!);
  const job = {
    name: 'fw',
    script,
    files: {
      'up.batch': files.get('up.batch')!,
      'ruleset.nft': files.get('ruleset.nft')!,
      'marks.nft': marks,
      'tables.batch': memberFilters(),
      'flower.batch': flowerFilters(files),
      'fw.batch': fwFilters(files),
    },
  };
  const { status, output } = runJobs([job]).get('fw')!;
  expect(status, output.slice(0, 2000)).toBe(0);
  const cost = (way: string) =>
    median([...output.matchAll(new RegExp(`^${way}=(.+)$`, 'gm'))].map(([, text]) => Number(text)));
  const [without, ours, fw] = [cost('default'), cost('priority'), cost('fw')];
  console.log(`to the default class: ${without} ns; by priority: ${ours} ns; by fw: ${fw} ns`);
  console.log(`without nftables, by u32 in tables: ${cost('tables')} ns; by flower: ${cost('flower')} ns`);
  console.log(`the whole way by fw: ${(fw / ours).toFixed(2)} x that by priority`);
  console.log(
    `finding the class: ${(fw - ours).toFixed(0)} ns more, ${((100 * (fw - ours)) / fw).toFixed(0)} % of the way`,
  );
  // Packets have been in (nearly) all classes.
  expect(Number(output.trim().split('\n').at(-1))).toBeGreaterThan(MEMBERS * 0.5);
  expect(fw).toBeGreaterThan(ours);
});
