/** Classes that a program finds where packets leave: which of them count which frames, and how the program comes and goes. */
import { join } from 'node:path';
import fastCheck from 'fast-check';
import { expect, test } from 'vitest';
import { PLANES } from '../../cli/planes.ts';
import { renderFindings } from '../../compiler/diagnostics/render.ts';
import type { Artifact } from '../../compiler/plane.ts';
import { leavingPolicy } from '../arbitraries/policy/shaping.ts';
import { count, seed } from '../sampling.ts';
import { countedJob, miscounted, type CountedJob } from '../vm/counts/job.ts';
import { jobOutput } from './harness/job-output.ts';
import { command, compileForXdp, formerOf, inShell } from './xdp/build.ts';
import { makeWithLoader } from './xdp/made-loader.ts';
import { describeWithXdp } from './xdp/require-xdp.ts';

const POLICIES = count(2, 100);
const PACKETS = count(500, 1000);

/** What the job writes, with the program built. */
function outputOf({ job: { script, files }, built }: CountedJob): string {
  const program = (built.xdp ?? []).map(({ path, content }) => [path, Buffer.concat(content)] as const);
  return jobOutput({ script, files: { ...files, ...Object.fromEntries(program) } }, (folder) => {
    makeWithLoader(join(folder, 'ebpf'), () => command('make', ['-s', '-C', join(folder, 'ebpf')]));
  });
}

function isOfProgram({ built }: CountedJob): boolean {
  return built.xdp?.some(({ path }) => path === 'ebpf/classes.bpf.c') === true;
}

interface Build {
  readonly classes: string;
  readonly before?: string;
  readonly files?: Readonly<Record<string, string>>;
  readonly name?: string;
  readonly former?: readonly Artifact[];
}

function builtOf({ classes, before = '', files = {}, name = 'test', former }: Build): readonly Artifact[] {
  const text = `zone uplink = uplink0 ${before}
    shape uplink egress rate 1gbit { ${classes} class rest default class rest }
    target edge { xdp on uplink0 tc on uplink0 }`;
  const { artifacts, diagnostics } = compileForXdp(text, files, {
    build: name,
    ...(former && { former: formerOf('earlier', former) }),
  });
  expect(renderFindings(diagnostics.filter(({ severity }) => severity === 'error'))).toBe('');
  return artifacts;
}

/** `queues N` loads the queues of a build, `send A` a datagram to an address, and `seen N NAME` tells what its class has let pass. */
const SHELL = `
  ip address add 10.0.0.1/8 dev uplink0
  for at in 7 8 9; do ip neigh add 10.0.$at.1 lladdr 02:00:00:00:00:09 dev uplink0; done
  queues() { tc -batch \${folders[$1]}/tc/up.batch; }
  send() { for to; do echo x > /dev/udp/10.0.$to.1/9; done; }
  seen() {
    id=$(awk -F'\t' -v name=$2 '$3 == name { print $2 }' \${folders[$1]}/tc/classes.tsv)
    tc -s class show dev uplink0 | awk -v id=$id '/^class/ { own = $3 == id } own && /Sent/ { print $4 }'
  }
`;

describeWithXdp('classes that a program finds', () => {
  test(`count what the reference says is theirs, of ${POLICIES} policies`, () => {
    const tried: CountedJob[] = [];
    // Of some, nftables finds the classes: more are drawn than are tried.
    for (const [at, text] of fastCheck
      .sample(leavingPolicy('without nat'), { numRuns: 4 * POLICIES, seed })
      .entries()) {
      if (tried.length === POLICIES) break;
      const one = countedJob(String(at), text, PACKETS, seed + at, { planes: PLANES });
      if (!one || !isOfProgram(one)) continue;
      expect(miscounted(one, outputOf(one)), one.policy).toEqual([]);
      tried.push(one);
    }
    expect(tried).toHaveLength(POLICIES);
    expect(tried.reduce((sum, { frames }) => sum + frames, 0)).toBeGreaterThan((POLICIES * PACKETS) / 4);
  });

  test('are those of the policy that is loaded last, whatever becomes of the queues and of other filters', () => {
    const builds = [
      builtOf({ classes: 'class a for to 10.0.7.0/24 class b for to 10.0.8.0/24' }),
      builtOf({ classes: 'class a for to 10.0.8.0/24 class b for to 10.0.7.0/24' }),
    ];
    const output = inShell(
      builds,
      [],
      `${SHELL}
      queues 0; load 0 up; send 7 7 8 9; echo loaded $(seen 0 a) $(seen 0 b) $(seen 0 rest)
      load 1 replace; send 7 7 8; echo replaced $(seen 0 a) $(seen 0 b) $(seen 0 rest)
      tc qdisc add dev uplink0 clsact; tc qdisc del dev uplink0 clsact; send 7; echo after clsact $(seen 0 b)
      tc -batch \${folders[0]}/tc/down.batch; queues 0; send 7; echo after the queues $(seen 0 b)
      load 0 up || echo loaded already
      load 1 stats
      load 1 down; send 7; echo down $(seen 0 b) $(seen 0 rest); test ! -e /sys/fs/bpf/sluice`,
    );
    expect(output.trim().split('\n')).toEqual([
      'loaded 2 1 1',
      'replaced 3 3 1',
      'after clsact 4',
      'after the queues 1',
      'sluice-load: target edge is loaded already: sluice-load replace',
      'loaded already',
      'down 1 1',
    ]);
  });

  test('are changed row by row, beside a program for what comes in', () => {
    const rows = (first: string): string =>
      ['id,room', `a,${first}.0/24`, `b,10.0.${first === '10.0.7' ? 8 : 7}.0/24`]
        .concat(Array.from({ length: 300 }, (_, at) => `more${at},10.${1 + (at >> 7)}.${2 * (at & 127)}.0/24`))
        .join('\n');
    const policy = {
      before: `mitigate in uplink { drop udp/1 }
        table members(id: string key, room: prefix4 key) from "members.csv"`,
      classes: 'each m in members { class m.id for to m.room }',
    };
    const former = builtOf({ ...policy, files: { 'members.csv': rows('10.0.7') }, name: 'earlier' });
    const later = builtOf({ ...policy, files: { 'members.csv': rows('10.0.8') }, name: 'later', former });
    expect(later.map(({ path }) => path)).toEqual(
      expect.arrayContaining(['ebpf/changes.conf', 'ebpf/classes-changes.conf']),
    );
    const output = inShell(
      [former, later],
      [],
      `${SHELL}
      queues 0; load 0 up; send 7 7 8; echo $(seen 0 a) $(seen 0 b)
      load 1 change; send 7 7 8; echo $(seen 0 a) $(seen 0 b)
      load 1 replace; send 7 8 8; echo $(seen 0 a) $(seen 0 b)
      load 1 down; test ! -e /sys/fs/bpf/sluice`,
    );
    expect(output.trim().split('\n')).toEqual(['2 1', '3 3', '5 4']);
  });

  test('are not looked for in frames that are not those of Ethernet', () => {
    const output = inShell(
      [builtOf({ classes: 'class a for to 10.0.7.0/24' })],
      [],
      `ip link del uplink0; ip tuntap add mode tun name uplink0
      load 0 up || test ! -e /sys/fs/bpf/sluice`,
    );
    expect(output.trim().split('\n')).toEqual([
      'sluice-load: the frames of uplink0 are not those of Ethernet, and the program that finds the class of what leaves reads no others: take it out of `xdp on` in the policy, so that another plane chooses the class',
    ]);
  });
});
