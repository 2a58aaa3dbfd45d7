/** Connections and datagrams through the kernel, to sockets that are registered with `sluice-load`. */
import { expect, test } from 'vitest';
import type { Artifact } from '../../compiler/plane.ts';
import { count } from '../sampling.ts';
import { compileForLookup, expectLines, inLookupShell } from './sk-lookup/build.ts';
import { describeWithXdp } from './xdp/require-xdp.ts';

const built = (rules: string, before = '', planes = ''): readonly Artifact[] =>
  compileForLookup(`${before} dispatch { ${rules} } target edge { ${planes} sk_lookup }`).artifacts;

describeWithXdp('sockets and sluice-load', () => {
  test('one port on two prefixes has two servers, and what no rule names goes the ordinary way', () => {
    const policy = built(`tcp/80, udp/80 to 192.0.2.0/25, 2001:db8:1::/64 -> socket east
      tcp/80, udp/80 to 192.0.2.128/25, 2001:db8:2::/64 -> socket west
      tcp/81 -> socket west`);
    const steps = ['tcp', 'udp'].map(
      (protocol) => `
      ask '' ${protocol} 192.0.2.7 80; ask '' ${protocol} 192.0.2.200 80
      ask '' ${protocol} 2001:db8:1::7 80; ask '' ${protocol} 2001:db8:2:0:1:2:3:4 80
      ask '' ${protocol} 192.0.2.7 8080; ask '' ${protocol} 2001:db8:2::1 8080; ask '' ${protocol} 10.9.0.1 8080`,
    );
    const output = inLookupShell(
      [policy],
      `load 0 up; routes 0 up; serve 0 east west:dual ordinary@8080
       ${steps.join('\n')}
       ask '' tcp 192.0.2.7 443; ask '' tcp 10.9.0.1 81; ask '' tcp fd09::1 81; load 0 stats; load 0 down; ask '' tcp 10.9.0.1 81`,
    );
    const answers = ['east', 'west', 'east', 'west', 'ordinary', 'ordinary', 'ordinary'];
    const counted = ['east', 'west'].map((name) => `dispatch/socket-${name}-tcp-80-udp-80: 4 lookups, 0 refused`);
    expectLines(output, [
      ...answers,
      ...answers,
      'refused',
      'west',
      'west',
      ...counted,
      'dispatch/socket-west-tcp-81: 2 lookups, 0 refused',
      'socket east: TCP over IPv4, TCP over IPv6, UDP over IPv4, UDP over IPv6',
      'socket west: TCP over IPv6, UDP over IPv6',
      'refused',
    ]);
  });

  test('all 65,535 ports of a prefix have one server', () => {
    const step = count(17, 1);
    const policy = built('tcp, udp to 198.51.100.0/24, 2001:db8:3::/48 -> socket spectrum');
    const output = inLookupShell(
      [policy],
      `load 0 up; routes 0 up; serve 0 spectrum other@443
       ask '' tcp 198.51.100.9 65535; ask '' tcp 198.51.100.9 443; ask '' tcp 10.9.0.1 443
       for address in 198.51.100.77 2001:db8:3:4::5; do for protocol in tcp udp; do
         ask -all $protocol $address ${step}
       done; done`,
    );
    const all = `spectrum ${Math.floor(65_534 / step) + 1}`;
    expectLines(output, ['spectrum', 'spectrum', 'other', all, all, all, all]);
  });

  test('a flooded address of a socket that serves many starves no other, and one bucket for all would', () => {
    const addresses = count(60, 250);
    const policy = (limit: string) =>
      built(
        'udp/53 to 192.0.2.0/24 -> socket resolver',
        `zone uplink = uplink0 mitigate in uplink { drop udp/53 to 192.0.2.0/24 over 50/second ${limit} and count as flood }`,
        'xdp on uplink0',
      );
    const asked = (build: number, last: number) => `
      for n in $(seq ${last}); do ask '' udp 192.0.2.$n 53; done; echo
      load ${build} stats | grep ^flood`;
    const output = inLookupShell(
      [policy('per destination burst 20'), policy('burst 20')],
      `load 0 up; routes 0 up; serve 0 resolver
       there bash -c 'exec 3<> /dev/udp/192.0.2.255/53; while :; do echo >&3 || true; done' 2> /dev/null &
       until test "$(load 0 stats | sed -n 's/^flood: \\([0-9]*\\) .*/\\1/p')" -gt 1000; do sleep 0.05; done
       ${asked(0, addresses)}; load 1 replace; ${asked(1, 4)}`,
    );
    const [answers, rest] = output.split(/\n\nflood: \d+ packets, \d+ bytes\n/);
    expect(answers!.split('\n')).toEqual(Array<string>(addresses).fill('resolver'));
    expect(rest).toContain('nothing');
  });

  test('where nobody is registered, the host refuses, and no other socket gets it', () => {
    const output = inLookupShell(
      [built('tcp/80, udp/80 -> socket web')],
      `load 0 up; serve 0 web:none other@80; ask '' tcp 10.9.0.1 80; ask '' udp 10.9.0.1 80; ask '' udp fd09::1 80
       load 0 stats --prometheus`,
    );
    const labels = 'target="edge",counter="dispatch/socket-web-tcp-80-udp-80"';
    expectLines(output, [
      'refused',
      'refused',
      'refused',
      '# TYPE sluice_lookups_total counter',
      `sluice_lookups_total{${labels}} 3`,
      '# TYPE sluice_refused_total counter',
      `sluice_refused_total{${labels}} 3`,
      '# TYPE sluice_sockets_registered gauge',
      'sluice_sockets_registered{target="edge",socket="web"} 0',
    ]);
  });

  test('replaces under traffic give each packet to a socket of the old policy or the new, and sockets stay registered', () => {
    const replaces = count(40, 1000);
    const builds = [
      built('tcp/80, udp/80 -> socket web tcp/81, udp/81 -> socket east'),
      built('udp/9 -> socket added tcp/81, udp/81 -> socket west tcp/80, udp/80 -> socket web'),
    ];
    const output = inLookupShell(
      builds,
      `load 1 up; serve 1 web west; kept=$!
       load 0 replace; runner serve "$(loader 0)" east > $folder/more & until grep -qs ready $folder/more; do sleep 0.01; done
       for asked in tcp/80 udp/80 tcp/81 udp/81; do
         ask -often \${asked%/*} 10.9.0.1 \${asked#*/} $folder/stop > $folder/\${asked%/*}\${asked#*/} &
         asking="\${asking:-} $!"
       done
       for n in $(seq ${replaces / 2}); do load 1 replace; load 0 replace; done
       touch $folder/stop; wait $asking
       cat $folder/tcp80 $folder/udp80; echo; sort $folder/tcp81; sort $folder/udp81; echo; load 1 replace; load 1 stats | grep ^socket`,
    );
    const [same, changed, stats] = output.split('\n\n');
    expect(same).toMatch(/^web \d+\nweb \d+$/);
    expect(changed).toMatch(/^east \d+\nwest \d+\neast \d+\nwest \d+$/);
    const kinds = 'TCP over IPv4, TCP over IPv6, UDP over IPv4, UDP over IPv6';
    expect(stats).toBe(`socket added: nobody has registered\nsocket west: ${kinds}\nsocket web: ${kinds}\n`);
  });

  test('what cannot be registered is said, and why', () => {
    const output = inLookupShell(
      [built('tcp/80 -> socket web')],
      `load 0 socket web --pid $$ --fd 0 || echo "exit $?"
       load 0 up; load 0 up || echo "exit $?"
       load 0 socket wbe --pid $$ --fd 0 || echo "exit $?"
       load 0 socket web --pid 4194304 --fd 0 || echo "exit $?"
       load 0 socket web --pid $$ --fd 77 || echo "exit $?"
       load 0 socket web --pid $$ --fd 0 || echo "exit $?"
       load 0 socket web --pid x --fd 0 2> /dev/null || echo "exit $?"
       there "$(loader 0)" replace || echo "exit $?"
       load 0 replace; load 0 down; ls /sys/fs/bpf`,
    );
    expectLines(output.replaceAll(/process \d+/g, 'process P').replaceAll(/^\S+\.debug\n/gm, ''), [
      'sluice-load: target edge is not loaded',
      'exit 1',
      'sluice-load: target edge is loaded already: sluice-load replace',
      'exit 1',
      'sluice-load: the policy has no socket wbe; it has',
      '  web',
      'exit 1',
      'sluice-load: there is no process P: No such process',
      'exit 1',
      'sluice-load: descriptor 77 of process P cannot be had: Bad file descriptor',
      'exit 1',
      'sluice-load: this is no socket of TCP or UDP',
      'exit 1',
      'exit 2',
      'sluice-load: the program dispatch of target edge runs in another network namespace: replace it from there (nsenter --net=), or take it away first (sluice-load down)',
      'exit 1',
    ]);
  });

  test('a replace that fails at one hook changes nothing at the other, and a policy takes away what it has no more', () => {
    const mitigate = (rule: string) => `zone uplink = uplink0 mitigate in uplink { ${rule} }`;
    const builds = [
      built('tcp/80 -> socket web', mitigate('count as old udp'), 'xdp on uplink0'),
      built('tcp/80 -> socket web', mitigate('count as new udp'), 'xdp on uplink0'),
      built('tcp/81 -> socket web'),
    ];
    const output = inLookupShell(
      builds,
      `load 0 up; ls /sys/fs/bpf/sluice/edge | tr '\\n' ' '; echo
       there ip link add uplink0 type veth peer name other0
       there "$(loader 1)" replace || echo "exit $?"
       load 0 stats; there ip link show uplink0 | grep -c prog/xdp || true
       load 1 replace; load 1 stats | head -n 1
       load 2 replace; ip link show uplink0 | grep -c prog/xdp || true; ls /sys/fs/bpf/sluice/edge | tr '\\n' ' '; echo`,
    );
    expectLines(output, [
      'about counters dispatch_about dispatch_counters dispatch_link_netns dispatch_program dispatch_sockets link_uplink0 program ',
      'sluice-load: a program runs on uplink0 of another network namespace: replace it from there (nsenter --net=), or take it away first (sluice-load down)',
      'exit 1',
      'old: 0 packets, 0 bytes',
      'dispatch/socket-web-tcp-80: 0 lookups, 0 refused',
      'socket web: nobody has registered',
      '0',
      'new: 0 packets, 0 bytes',
      '0',
      'dispatch_about dispatch_counters dispatch_link_netns dispatch_program dispatch_sockets',
    ]);
  });
});
