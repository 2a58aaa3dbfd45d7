/**
 * Runs jobs on a second kernel, in an emulated machine that has the host's files: one boot for all of them. With instructions as
 * its clock, an hour of the host's makes no difference to what it measures.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe } from 'vitest';
import { initrd } from './initrd.ts';
import { kernelPackage, type KernelPackage } from './kernel-package.ts';

export interface Job {
  readonly name: string;
  /** For sh, which ends at the first command that fails; in a network namespace of its own and a folder that holds `files`. */
  readonly script: string;
  readonly files: Readonly<Record<string, string>>;
}

export interface JobResult {
  readonly status: number;
  /** What it wrote, to either stream. */
  readonly output: string;
}

/**
 * One processor that the host's makes up for; an instruction is 8 ns, and time without any passes at once. Not with `cmpxchg16b`,
 * which the kernel's allocator does without where there is none: QEMU 7.2 takes an interrupt in the midst of it, with the flags of
 * an instruction before it, and the kernel ends in a double fault (seen once).
 */
const MACHINE =
  '-accel tcg,thread=single -cpu qemu64,-cx16 -machine q35 -smp 1 -m 768 -icount shift=3,sleep=off -nodefaults -no-reboot -display none -serial stdio';

/** Longest that a machine may take: past it, it hangs. Milliseconds. */
const HANGS = 20 * 60_000;

/** A `describe` whose tests need a second kernel: where there can be none they are skipped, and the name says why. */
export function describeWithMachine(name: string, body: () => void): void {
  const missing = machineObstacle();
  describe.runIf(missing === undefined)(missing === undefined ? name : `${name} (skipped: ${missing})`, body);
}

/** Why there can be no second kernel here; undefined: there can. */
function machineObstacle(): string | undefined {
  if (process.platform !== 'linux' || process.arch !== 'x64') return 'needs Linux on amd64';
  const missing = ['qemu-system-x86_64', 'busybox', 'xz', 'apt-get', 'dpkg-deb'].filter((name) => !isCommand(name));
  return missing.length > 0 ? `needs ${missing.join(', ')}` : undefined;
}

function isCommand(name: string): boolean {
  return (process.env['PATH'] ?? '').split(':').some((folder) => existsSync(join(folder, name)));
}

/**
 * By the names of the jobs. Throws, with what the machine has said, where not all of them came to an end. A kernel that panics is
 * booted once more for what is left, and that is told: what a job does to it it does again, a fault of the emulator's it does not.
 */
export function runJobs(jobs: readonly Job[]): ReadonlyMap<string, JobResult> {
  const kernel = kernelPackage();
  const folder = mkdtempSync(join(tmpdir(), 'sluice-vm-'));
  try {
    for (const [at, { script, files }] of jobs.entries()) {
      const own = join(folder, String(at));
      mkdirSync(own);
      for (const [path, text] of Object.entries(files)) {
        mkdirSync(dirname(join(own, path)), { recursive: true });
        writeFileSync(join(own, path), text);
      }
      writeFileSync(join(own, 'script'), script);
    }
    writeFileSync(join(folder, 'start'), startScript(kernel, jobs.length));
    writeFileSync(join(folder, 'initrd'), initrd(kernel));
    let said = boot(kernel, folder);
    if (said.includes('Kernel panic')) {
      process.stderr.write(`the second kernel panicked, and is booted again:\n${said}\n`);
      said = boot(kernel, folder);
    }
    return new Map(jobs.map(({ name }, at) => [name, resultIn(join(folder, String(at)), said)]));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function startScript({ root, release }: KernelPackage, jobs: number): string {
  return `export PATH=/usr/sbin:/usr/bin:/sbin:/bin
mount -t tmpfs none /lib/modules
ln -s ${root}/lib/modules/${release} /lib/modules/${release}
for job in $(seq 0 ${jobs - 1}); do
  cd /run/job/$job
  [ ! -e status ] || continue
  unshare --net --mount sh -c 'mount -t sysfs none /sys; ip link set lo up; exec sh -e ./script' > output 2>&1
  echo $? > status
done
`;
}

function boot({ image }: KernelPackage, folder: string): string {
  const shared = (path: string, tag: string, options: string) => [
    '-fsdev',
    `local,id=${tag},path=${path},security_model=none,multidevs=remap${options}`,
    '-device',
    `virtio-9p-pci,fsdev=${tag},mount_tag=${tag}`,
  ];
  const args = [
    ...MACHINE.split(' '),
    '-kernel',
    image,
    '-initrd',
    join(folder, 'initrd'),
    '-append',
    'console=ttyS0 quiet panic=-1 mitigations=off random.trust_cpu=on',
    ...shared('/', 'host', ',readonly=on'),
    ...shared(folder, 'job', ''),
  ];
  const { stdout, stderr, error } = spawnSync('qemu-system-x86_64', args, {
    encoding: 'utf8',
    timeout: HANGS,
    input: '',
    maxBuffer: 2 ** 24,
  });
  return `${stdout}${stderr}${error ? String(error) : ''}`;
}

function resultIn(folder: string, said: string): JobResult {
  const status = join(folder, 'status');
  const output = join(folder, 'output');
  const written = existsSync(output) ? readFileSync(output, 'utf8') : '';
  if (!existsSync(status)) throw new Error(`the second kernel did not come to the end of a job\n${written}\n${said}`);
  return { status: Number(readFileSync(status, 'utf8')), output: written };
}
