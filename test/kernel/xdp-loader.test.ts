/** What `sluice-load` does to a running program, in the kernel. */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { renderFindings } from '../../compiler/diagnostics/render.ts';
import { udpPacket } from '../../compiler/semantics/packet/build.ts';
import { encodeFrame, frameOf } from '../../compiler/semantics/packet/frame.ts';
import type { Artifact } from '../../compiler/plane.ts';
import { count } from '../sampling.ts';
import { compiled } from './harness/compiled.ts';
import { compileForXdp, inShell, shell } from './xdp/build.ts';
import type { ArrivingFrame } from './xdp/frames.ts';
import { describeWithXdp } from './xdp/require-xdp.ts';

const ENDS = { family: 4 as const, source: 0x0a000001n, destination: 0x0a000002n };
const PIN = '/sys/fs/bpf/sluice/edge';

function built(rules: string, target = 'xdp on uplink0'): readonly Artifact[] {
  const text = `zone uplink = uplink0 mitigate in uplink { ${rules} } target edge { ${target} }`;
  const { artifacts, diagnostics } = compileForXdp(text);
  expect(renderFindings(diagnostics.filter(({ severity }) => severity === 'error'))).toBe('');
  return artifacts;
}

function udp(port: number): ArrivingFrame {
  const packet = udpPacket(ENDS, { sourcePort: 1, destinationPort: port });
  return { in: 'uplink0', bytes: encodeFrame(frameOf(packet)) };
}

/** As `od` prints verdicts: 1 drop, 2 pass. */
const RUN = `runner run ${PIN}/program uplink0 < $frames | od -An -tu1`;

describeWithXdp('sluice-load', () => {
  test('buckets of limits that stayed what they were go on across a replace, those of others start anew', () => {
    const kept = 'drop udp/1 over 1/day per source burst 3 and count as met';
    const builds = [
      built(`${kept} drop udp/2 over 1/day per source burst 2`),
      built(`drop sctp ${kept} drop udp/2 over 1/day per source burst 4`),
      // A key of more parts.
      built(`${kept} drop udp/2 over 1/day per source, destination, protocol burst 2`),
    ];
    const output = inShell(
      builds,
      [1, 1, 1, 1, 2, 2, 2, 2].map(udp),
      `load 0 up; ${RUN}; load 1 replace; ${RUN}; load 2 replace; ${RUN}; load 2 stats`,
    );
    expect(output.split('\n').map((line) => line.replaceAll(/ +/g, ' ').trim())).toEqual([
      '2 2 2 1 2 2 1 1',
      '1 1 1 1 2 2 2 2',
      '2 2 2 1 2 2 1 1',
      'met: 6 packets, 168 bytes',
      '',
    ]);
  });

  test('what is remembered is so for its time, and across a replace', () => {
    const blocks = (more: string) => `zone uplink = uplink0
      memory banned(address: ip) timeout 2s
      memory kept(address: ip)
      mitigate in uplink {
        ${more} drop udp/2 from banned  drop udp/3 from kept  remember source in banned udp/1
        remember source in kept udp/1
      }
      target edge { xdp on uplink0 }`;
    const builds = ['', 'drop sctp'].map((more) => {
      const { artifacts, diagnostics } = compileForXdp(blocks(more));
      expect(renderFindings(diagnostics.filter(({ severity }) => severity === 'error'))).toBe('');
      return artifacts;
    });
    const frames = `head -c $(($(stat -c %s $frames) / 4 * 3)) $frames > $frames.first; tail -c +$(($(stat -c %s $frames) / 4 * 3 + 1)) $frames > $frames.last`;
    const output = inShell(
      builds,
      [udp(2), udp(1), udp(2), udp(3)],
      `${frames}
       load 0 up; ${RUN}; load 1 replace; runner run ${PIN}/program uplink0 < $frames.last | od -An -tu1
       sleep 2.1; runner run ${PIN}/program uplink0 < $frames.first | head -c 1 | od -An -tu1
       runner run ${PIN}/program uplink0 < $frames.last | od -An -tu1`,
    );
    expect(output.split('\n').map((line) => line.replaceAll(/ +/g, ' ').trim())).toEqual([
      '2 2 1 1',
      '1',
      '2',
      '1',
      '',
    ]);
  });

  test('addresses are put into memories by hand, listed, and taken out', () => {
    const text = `zone uplink = uplink0
      memory banned(address: ip) keys 2
      memory "other one"(address: ipv4) timeout 1h
      mitigate in uplink { drop from banned  drop to "other one" }
      target edge { xdp on uplink0 }`;
    const { artifacts, diagnostics } = compileForXdp(text);
    expect(renderFindings(diagnostics.filter(({ severity }) => severity === 'error'))).toBe('');
    const output = inShell(
      [artifacts],
      [udp(1)],
      `load 0 remember banned 10.0.0.1 || echo "exit $?"
       load 0 up; ${RUN}; load 0 remember banned 10.0.0.1; ${RUN}; load 0 remember banned 2001:db8::1 100
       load 0 memory banned; load 0 forget banned 10.0.0.1; ${RUN}
       load 0 remember "other one" 10.0.0.2; ${RUN}; load 0 memory "other one"
       load 0 remember "other one" ::1 || echo "exit $?"; load 0 remember few 10.0.0.1 || echo "exit $?"
       load 0 remember banned ten || load 0 remember banned 10.0.0.1 0 || load 0 forget banned 10.0.0.9 || echo "exit $?"
       load 0 remember banned 10.0.0.5; load 0 remember banned 10.0.0.6; load 0 remember banned 10.0.0.7 || echo "exit $?"
       load 0 remember banned || echo "exit $?"`,
    );
    expect(output.split('\n').map((line) => line.replaceAll(/ +/g, ' ').trim())).toEqual([
      'sluice-load: target edge has no memory banned for 10.0.0.1 loaded',
      'exit 1',
      '2',
      '1',
      '10.0.0.1: until it is forgotten',
      '2001:db8::1: 99 s more',
      '2',
      '1',
      '10.0.0.2: 3599 s more',
      'sluice-load: target edge has no memory other one for ::1 loaded',
      'exit 1',
      'sluice-load: the policy has no memory few at XDP',
      'exit 1',
      'sluice-load: ten is no address',
      'sluice-load: 0 is no number of seconds',
      'sluice-load: 10.0.0.9 is not in the memory banned',
      'exit 1',
      'sluice-load: the memory banned has no room for one more address',
      'exit 1',
      'usage: sluice-load up|replace [--generic]',
      'sluice-load change|down',
      'sluice-load stats [--prometheus]',
      'sluice-load backend ADDRESS down|up|weight N',
      'sluice-load backends',
      'sluice-load remember NAME ADDRESS [SECONDS]',
      'sluice-load forget NAME ADDRESS',
      'sluice-load memory NAME',
      'sluice-load socket NAME --pid P --fd N',
      'exit 2',
      '',
    ]);
  });

  test('a replace does not change in silence how a program runs', () => {
    const native = built('drop udp/1');
    const generic = built('drop udp/1', 'xdp on uplink0 generic');
    const output = inShell(
      [native, generic],
      [udp(1)],
      `load 0 up --generic; load 0 replace || echo "exit $?"; ${RUN}; load 0 replace --generic; load 1 replace; load 1 down
       load 0 up; load 1 replace || echo "exit $?"; ${RUN}; load 0 replace; load 0 down; ls /sys/fs/bpf/`,
    );
    expect(output.split('\n').filter((line) => !line.endsWith('debug'))).toEqual([
      'sluice-load: a program runs on uplink0 in generic mode already, and a replace cannot change that: sluice-load replace --generic goes on so, or take it away first (sluice-load down, then up; frames are not judged in between)',
      'exit 1',
      '   1',
      'sluice-load: a program runs on uplink0 in native mode already, and a replace cannot change that: leave out --generic, or `generic` in the policy, or take it away first (sluice-load down, then up; frames are not judged in between)',
      'exit 1',
      '   1',
      '',
    ]);
  });

  test('a program that runs in another network namespace is not replaced; where its interface is gone, it is', () => {
    const output = inShell(
      [built('drop udp/1'), built('drop udp/2')],
      [udp(1)],
      `load 0 up
       cat > /tmp/other-namespace.$$ <<'STEPS'
       ip link add uplink0 index $1 type veth peer name peer0
       $2/ebpf/sluice-load replace || echo "exit $?"
STEPS
       index=$(ip -o link show uplink0 | cut -d: -f1)
       unshare --net sh -eu /tmp/other-namespace.$$ $index $(dirname $frames)
       rm /tmp/other-namespace.$$; ${RUN}
       ip link delete uplink0; ip link add uplink0 type veth peer name peer0; load 1 replace; ip link show uplink0 | grep -c prog/xdp; ${RUN}`,
    );
    expect(output.split('\n')).toEqual([
      'sluice-load: a program runs on uplink0 of another network namespace: replace it from there (nsenter --net=), or take it away first (sluice-load down)',
      'exit 1',
      '   1',
      '1',
      '   2',
      '',
    ]);
  });

  test('a filter is loaded only where no packet gets past the program', () => {
    const filter =
      'filter input stateless default drop { allow from 10.0.0.0/8 } filter forward stateless default drop { }';
    const { artifacts, diagnostics } = compileForXdp(`zone uplink = uplink0 ${filter} target edge { xdp on uplink0 }`);
    expect(renderFindings(diagnostics.filter(({ severity }) => severity === 'error'))).toBe('');
    const attempts = [
      '',
      'ip link set peer0 down',
      'ip link add other type veth peer name silent; ip link set other up',
      'ip link delete other; ip link add bridge type bridge; ip link set uplink0 master bridge',
      'ip link set uplink0 nomaster; ip link delete bridge; echo 1 > /proc/sys/net/ipv6/conf/uplink0/forwarding',
      'echo 0 > /proc/sys/net/ipv6/conf/uplink0/forwarding; echo 1 > /proc/sys/net/ipv6/conf/uplink0/seg6_enabled',
      'echo 0 > /proc/sys/net/ipv6/conf/uplink0/seg6_enabled',
      'ip route add unreachable default',
      'ip -6 route add unreachable default metric 4294967294',
    ];
    const output = inShell([artifacts], [], attempts.map((step) => `${step}\nload 0 up || true`).join('\n'));
    expect(output.split('\n')).toEqual([
      'sluice-load: packets that come in by peer0 would pass by the filter, for the program does not run there: name it in the policy (xdp on …), or set it down (ip link set peer0 down)',
      'sluice-load: there is no route for every destination, and a program cannot tell what has none from what is for this host: ip -4 route add unreachable default metric 4294967294',
      'sluice-load: packets that come in by other would pass by the filter, for the program does not run there: name it in the policy (xdp on …), or set it down (ip link set other down)',
      'sluice-load: uplink0 belongs to another interface, which may pass frames on that no filter is for: run the program there instead',
      'sluice-load: uplink0 and the host as a whole differ in whether they forward IPv6, of which the kernel tells programs one and does the other: sysctl -w net/ipv6/conf/uplink0/forwarding=0',
      'sluice-load: uplink0 would send on packets that name their own way, past the filter: sysctl -w net/ipv6/conf/uplink0/seg6_enabled=0',
      'sluice-load: there is no route for every destination, and a program cannot tell what has none from what is for this host: ip -4 route add unreachable default metric 4294967294',
      'sluice-load: there is no route for every destination, and a program cannot tell what has none from what is for this host: ip -6 route add unreachable default metric 4294967294',
      '',
    ]);
  });

  test('frames that arrive during replaces meet one program whole, and counters count on', () => {
    const replaces = count(20, 1000);
    const builds = [
      built('count as one udp  count as two udp  count as three udp/2'),
      built('count as one udp/1  drop tcp  count as two udp/1  count as three udp/2'),
    ];
    const output = inShell(
      builds,
      [udp(1)],
      `load 0 up
       send() { until test -e $frames.done; do runner send peer0 1000 < $frames; echo >> $frames.sent; done; }
       send & sender=$!
       for replace in $(seq ${replaces / 2}); do load 1 replace; load 0 replace; done
       touch $frames.done; wait $sender; sleep 0.2; load 0 stats; echo "sent $(wc -l < $frames.sent)"`,
    );
    const frames = 1000 * Number(/^sent (\d+)$/m.exec(output)![1]);
    expect(frames).toBeGreaterThan(10 * replaces);
    expect(output).toMatch(new RegExp(`^one: ${frames} packets`, 'm'));
    expect(output).toMatch(new RegExp(`^two: ${frames} packets`, 'm'));
    expect(output).toMatch(/^three: 0 packets/m);
  });

  test('a kernel that lacks what the program calls is told by name, and nothing stays behind', () => {
    const shim = compiled({
      name: 'kernel-without-helpers',
      compiler: 'cc',
      arguments: ['-shared', '-fPIC', '-O2', '-Wall', '-Wextra'],
      sources: [fileURLToPath(new URL('xdp/runner/kernel-without-helpers.c', import.meta.url))],
    });
    const output = inShell(
      [built('drop udp/1')],
      [udp(1)],
      `LD_PRELOAD=${shim} load 0 up || echo "exit $?"; test ! -e /sys/fs/bpf/sluice`,
    );
    expect(output.replaceAll(/\(\d\S*\)/g, '(VERSION)').split('\n')).toEqual([
      'sluice-load: the kernel does not load the program sluice: Invalid argument',
      'sluice-load: this kernel (VERSION) has no bpf_for_each_map_elem for programs at XDP, which came with Linux 5.13',
      'sluice-load: this kernel (VERSION) has no bpf_loop for programs at XDP, which came with Linux 5.17',
      'exit 1',
      '',
    ]);
  });

  test('removing the pins takes a program away', () => {
    const output = inShell(
      [built('drop udp/1')],
      [udp(1)],
      `load 0 up; ip link show uplink0 | grep -c prog/xdp; rm -r ${PIN}; ip link show uplink0 | grep -c prog/xdp || load 0 down || true`,
    );
    expect(output).toBe('1\n0\nsluice-load: target edge is not loaded\n');
  });

  test('backends are changed and listed, and what is wrong with that is said', () => {
    const text = (pool: string) => `zone uplink = uplink0
      balance web { vip 192.0.2.10 service tcp/80 pool table t(addr: ip, weight: u16 = 1) = { ${pool} }
        hash maglev 11 on flow forward ipip }
      target edge { xdp on uplink0 }`;
    const builds = ['(10.0.0.2, 1), (10.0.0.3, 1)', '(10.0.0.2, 1), (10.0.0.3, 9)'].map((pool) => {
      const { artifacts, diagnostics } = compileForXdp(text(pool));
      expect(renderFindings(diagnostics.filter(({ severity }) => severity === 'error'))).toBe('');
      return artifacts;
    });
    const output = inShell(
      builds,
      [],
      `load 0 backend 10.0.0.2 down || echo "exit $?"
       load 0 up || echo "exit $?"; test ! -e /sys/fs/bpf/sluice
       ip address add 10.0.0.1/24 dev uplink0
       load 0 up
       ip neighbour show 10.0.0.2 | cut -d ' ' -f -3
       load 0 backend 10.0.0.2 2> /dev/null || echo "exit $?"
       load 0 backend 10.0.0.4 down || echo "exit $?"
       load 0 backend ten down || echo "exit $?"
       load 0 backend 10.0.0.3 weight 70000 || echo "exit $?"
       load 0 backend 10.0.0.3 weight 3
       load 0 backends
       load 1 replace 2> /dev/null
       load 0 backend 10.0.0.2 down
       load 1 backends
       load 1 down`,
    );
    expect(output.split('\n')).toEqual([
      'sluice-load: no balance of target edge is loaded',
      'exit 1',
      'sluice-load: no address of this host leads to the backend 10.0.0.2: Network is unreachable (give it a route, or say `from` in the policy)',
      'exit 1',
      'sluice-load: uplink0 does not forward yet, and until it does no packet gets from there to a backend: sysctl -w net/ipv4/conf/uplink0/forwarding=1',
      '10.0.0.2 dev uplink0',
      'exit 2',
      'sluice-load: no service of target edge has a backend 10.0.0.4',
      'exit 1',
      'sluice-load: ten is no address',
      'exit 1',
      'sluice-load: 70000 is no weight: a whole number up to 65535',
      'exit 1',
      'web 10.0.0.2: up, weight 1, 3 of 11 entries',
      'web 10.0.0.3: up, weight 3, 8 of 11 entries',
      'web 10.0.0.2: down, weight 1, 0 of 11 entries',
      'web 10.0.0.3: up, weight 9, 11 of 11 entries',
      '',
    ]);
  });

  test.each(['anycast-edge', 'maglev-lb'])('the verifier takes the programs of the example %s', (name) => {
    const folder = new URL(`../../examples/${name}/`, import.meta.url);
    const files = readdirSync(folder).filter((file) => /\.(?:txt|csv)$/.test(file));
    const { artifacts } = compileForXdp(
      readFileSync(new URL('policy.sluice', folder), 'utf8'),
      Object.fromEntries(files.map((file) => [file, readFileSync(new URL(file, folder), 'utf8')])),
    );
    const output = shell(
      [artifacts],
      [],
      ['eth0', 'eth1'],
      'load 0 up; for program in /sys/fs/bpf/sluice/*/*program; do runner size $program; done; load 0 down',
    );
    const sizes = output.toString().trimEnd().split('\n').map(Number);
    expect(sizes).toHaveLength(name === 'anycast-edge' ? 2 : 1);
    expect(Math.max(...sizes)).toBeLessThan(20_000);
  });
});
