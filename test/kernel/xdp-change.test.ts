/** Tables that change while the program runs: `sluice-load change`, from an earlier build to a later one. */
import { expect, test } from 'vitest';
import { renderFindings } from '../../compiler/diagnostics/render.ts';
import { formatIpv4 } from '../../compiler/net/address.ts';
import type { FormerBuild } from '../../compiler/plane.ts';
import { udpPacket } from '../../compiler/semantics/packet/build.ts';
import { encodeFrame, frameOf } from '../../compiler/semantics/packet/frame.ts';
import { randomFrom, type Random } from '../builders/classbench/packets.ts';
import { count, seed } from '../sampling.ts';
import { expectLines, inLookupShell } from './sk-lookup/build.ts';
import { compileForXdp, formerOf, inShell, shell, type Compiled } from './xdp/build.ts';
import type { ArrivingFrame } from './xdp/frames.ts';
import { Reference } from './xdp/reference.ts';
import { describeWithXdp } from './xdp/require-xdp.ts';

const PIN = '/sys/fs/bpf/sluice/edge';
/** As `od` prints verdicts: 1 drop, 2 pass. */
const RUN = `runner run ${PIN}/program uplink0 < $frames | od -An -tu1`;
const STEPS = count(3, 40);
const FRAMES = count(2000, 10_000);

interface Prefix {
  readonly address: number;
  readonly length: number;
}

/** In a few networks of 16 bits, now and then one of many of them. */
function drawPrefix(random: Random): Prefix {
  const length = random(20) === 0 ? 6 + random(10) : 17 + random(16);
  const size = 2 ** (32 - length);
  const address = length < 16 ? random(2 ** 32) : 0x0a000000 + random(12) * 65_536 + random(65_536);
  return { address: Math.floor(address / size) * size, length };
}

/** Some more, some fewer. */
function edited(list: readonly Prefix[], random: Random): readonly Prefix[] {
  const left = list.filter(() => random(100) > 0);
  return [...left, ...Array.from({ length: random(4) }, () => drawPrefix(random))];
}

const textOf = (list: readonly Prefix[]) =>
  list.map(({ address, length }) => `${formatIpv4(address)}/${length}\n`).join('');

interface Lists {
  readonly known: readonly Prefix[];
  readonly blocked: readonly Prefix[];
}

/** `earlier`: the build from which there is to be a change. */
function compiled({ known, blocked }: Lists, build: string, earlier?: FormerBuild): Compiled {
  const text = `zone uplink = uplink0
    let known from "known.txt"
    let blocked from "blocked.txt"
    mitigate in uplink { allow from known udp/53  drop from blocked and count as met  count as free udp/80 }
    target edge { xdp on uplink0 }`;
  const files = { 'known.txt': textOf(known), 'blocked.txt': textOf(blocked) };
  const result = compileForXdp(text, files, { build, ...(earlier && { former: earlier }) });
  expect(renderFindings(result.diagnostics.filter(({ severity }) => severity === 'error'))).toBe('');
  return result;
}

function frameFrom(source: number, port = 53): ArrivingFrame {
  const ends = { family: 4 as const, source: BigInt(source), destination: 0x0a000002n };
  const packet = udpPacket(ends, { sourcePort: 1, destinationPort: port });
  return { in: 'uplink0', bytes: encodeFrame(frameOf(packet)) };
}

/** From the ends of prefixes, and beside them. */
function drawFrames(list: readonly Prefix[], random: Random): ArrivingFrame[] {
  return Array.from({ length: FRAMES }, () => {
    const { address, length } = list[random(list.length)]!;
    const edges = [address - 1, address, address + 2 ** (32 - length) - 1, address + 2 ** (32 - length)];
    const source = edges[random(4)]!;
    return frameFrom(source < 0 || source > 0xffff_ffff ? random(2 ** 32) : source, random(2) ? 53 : 80);
  });
}

describeWithXdp('sluice-load change', () => {
  test('frames get what the later policy says, one change after another', () => {
    const random = randomFrom(seed);
    const draw = () => Array.from({ length: 400 }, () => drawPrefix(random));
    const lists: Lists[] = [{ known: draw(), blocked: draw() }];
    for (let step = 0; step < STEPS; step++) {
      const { known, blocked } = lists.at(-1)!;
      lists.push({ known: edited(known, random), blocked: edited(blocked, random) });
    }
    const builds: Compiled[] = [];
    for (const [number, both] of lists.entries()) {
      const earlier = builds.at(-1);
      builds.push(compiled(both, `${number}`, earlier && formerOf(`${number - 1}`, earlier.artifacts)));
    }
    const frames = drawFrames(
      lists.flatMap(({ known, blocked }) => [...known, ...blocked]),
      random,
    );
    const output = shell(
      builds.map(({ artifacts }) => artifacts),
      frames,
      ['uplink0'],
      `load 0 up; runner run ${PIN}/program uplink0 < $frames
       for n in $(seq ${STEPS}); do load $n change; runner run ${PIN}/program uplink0 < $frames; done`,
    );
    for (const [number, { policy, artifacts }] of builds.entries()) {
      expect(artifacts.some(({ path }) => path === 'ebpf/changes.conf')).toBe(number > 0);
      const reference = new Reference(policy!, ['uplink0']);
      const wrong = frames.filter((frame, at) => {
        const verdict = ['', 'drop', 'pass'][output[number * frames.length + at]!]!;
        return !reference.judge(frame).has(verdict);
      });
      expect(wrong.map(({ bytes }) => `build ${number}: ${Buffer.from(bytes).toString('hex')}`)).toEqual([]);
    }
  });

  test('frames that arrive meanwhile meet what stays as ever; where no room is left, a replace makes some', () => {
    const [blocked, free, other] = [0x0a010100, 0x0a010200, 0x0a010300].map((address) => ({ address, length: 24 }));
    const random = randomFrom(seed);
    const many = Array.from({ length: 500 }, () => ({ address: 0x0a010000 + 1024 + random(60_000), length: 32 }));
    const known = [{ address: free!.address, length: 32 }];
    const former = (lists: Lists, build: string) => formerOf(build, compiled(lists, build).artifacts);
    const [few, more] = [
      [blocked!, ...many],
      [blocked!, other!, ...many],
    ].map((list) => ({ known, blocked: list }));
    const builds = [compiled(few!, 'few', former(more!, 'more')), compiled(more!, 'more', former(few!, 'few'))];
    const output = inShell(
      builds.map(({ artifacts }) => artifacts),
      [frameFrom(blocked!.address + 7, 80), frameFrom(free!.address + 7, 80)],
      `load 0 up
       tail -c +$(($(stat -c %s $frames) / 2 + 1)) $frames > $frames.free
       send() {
         until test -e $frames.done; do
           runner send peer0 100 < $frames; runner send peer0 100 < $frames.free; echo >> $frames.sent
         done
       }
       send & sender=$!
       to() { load $1 change || { load $1 replace; echo replaced; }; }
       for round in $(seq ${count(15, 500)}); do to 1; to 0; done
       touch $frames.done; wait $sender; sleep 0.2; load 0 stats; echo "sent $(wc -l < $frames.sent)"`,
    );
    const frames = 100 * Number(/^sent (\d+)$/m.exec(output)![1]);
    expect(frames).toBeGreaterThan(0);
    expect(output).toMatch(new RegExp(`^met: ${frames} packets`, 'm'));
    expect(output).toMatch(new RegExp(`^free: ${frames} packets`, 'm'));
    expect(output).toMatch(
      /^sluice-load: no room is left for what \S*changes.conf has: sluice-load replace makes some\nreplaced$/m,
    );
  });

  test('lists of both hooks change together', () => {
    const build = (list: readonly string[], name: string, former?: FormerBuild) => {
      const text = `zone uplink = uplink0
        let web from "web.txt"
        mitigate in uplink { drop udp/9 from web }
        dispatch { tcp/80 to web -> socket east  tcp/80 to 192.0.2.0/24 -> socket west }
        target edge { xdp on uplink0  sk_lookup }`;
      return compileForXdp(text, { 'web.txt': list.join('\n') }, { build: name, ...(former && { former }) }).artifacts;
    };
    const web = Array.from({ length: 256 }, (_, at) => `${at < 128 ? '192.0.2' : '198.51.100'}.${(at % 128) * 2}`);
    const before = build(web, 'before');
    const after = build([...web.slice(1), '192.0.2.7'], 'after', formerOf('before', before));
    const paths = after.map(({ path }) => path).filter((path) => path.endsWith('changes.conf'));
    expect(paths).toEqual(['ebpf/changes.conf', 'ebpf/dispatch-changes.conf']);
    const ask = ['0', '2', '7', '9'].map((host) => `ask '' tcp 192.0.2.${host} 80`).join('; ');
    const output = inLookupShell(
      [before, after],
      `load 0 up; routes 0 up; serve 0 east west; ${ask}; load 1 change; routes 1 up; ${ask}`,
    );
    expectLines(output, ['east', 'east', 'west', 'west', 'west', 'east', 'east', 'west']);
  });

  test('what runs has to be what the changes lead on from', () => {
    const lists = (last: number): Lists => ({
      known: [{ address: 0x0b000000, length: 32 }],
      blocked: Array.from({ length: last }, (_, at) => ({ address: 0x0a000000 + 2 * at, length: 32 })),
    });
    const before = compiled(lists(300), 'before');
    const builds = [before, compiled(lists(301), 'after', formerOf('before', before.artifacts))];
    const output = inShell(
      builds.map(({ artifacts }) => artifacts),
      [frameFrom(0x0a000000 + 600)],
      `changes=\${folders[1]}/ebpf/changes.conf
       load 1 change || echo "exit $?"
       load 0 up; load 0 change || echo "exit $?"
       part() { sed -i.whole "$1" $changes; load 1 change || echo "exit $?"; mv $changes.whole $changes; }
       part '$d'; part 's/^table .*/table program/'; part '/^block/s/ 2:/ 0:/'; part 's/^block .*/& 65536:1/'
       ${RUN}; load 1 change; ${RUN}; load 1 change || echo "exit $?"`,
    );
    expect(output.replaceAll(/ \S*\/changes/g, ' changes').split('\n')).toEqual([
      'sluice-load: nothing of target edge runs at XDP: sluice-load up',
      'exit 1',
      'sluice-load: there is no changes.conf here: sluice compile --since writes it',
      'exit 1',
      'sluice-load: changes.conf is cut off',
      'exit 1',
      'sluice-load: the table program of what runs cannot be changed: sluice-load replace',
      'exit 1',
      'sluice-load: changes.conf:6: this cannot be read',
      'exit 1',
      'sluice-load: changes.conf:6: this cannot be read',
      'exit 1',
      '   2',
      '   1',
      'sluice-load: build after runs at XDP, and the changes lead on from before: sluice-load replace',
      'exit 1',
      '',
    ]);
  });
});
