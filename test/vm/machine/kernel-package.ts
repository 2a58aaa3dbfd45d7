/** Debian's own kernel, taken out of its package into a cache folder outside the tree: nothing is installed. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const CACHE = fileURLToPath(new URL('../../../node_modules/.cache/sluice/', import.meta.url));
const PACKAGE = 'linux-image-amd64';

/** What is needed of its modules: 9p and an overlay to have the host's files, and what is under test. */
const MODULES = [
  'net',
  'lib',
  'crypto',
  'fs/9p',
  'fs/fscache',
  'fs/netfs',
  'fs/overlayfs',
  'drivers/net',
  'drivers/virtio',
];

export interface KernelPackage {
  /** `6.1.0-56-amd64` */
  readonly release: string;
  /** The kernel, not compressed: to unpack it in the emulator takes longer than to boot it. */
  readonly image: string;
  /** Holds `lib/modules/RELEASE/`. */
  readonly root: string;
}

/** Downloads it with apt where this checkout has none yet. Throws with apt's message where that cannot be done. */
export function kernelPackage(): KernelPackage {
  const folder = join(CACHE, `kernel-${layoutHash()}`);
  if (!existsSync(folder)) {
    mkdirSync(CACHE, { recursive: true });
    const unfinished = mkdtempSync(join(CACHE, 'kernel-unfinished-'));
    try {
      unpackInto(unfinished);
      renameSync(unfinished, folder);
    } finally {
      rmSync(unfinished, { recursive: true, force: true });
    }
  }
  const [release] = readdirSync(join(folder, 'lib/modules'));
  return { release: release!, image: join(folder, 'vmlinux'), root: folder };
}

/** Another list of modules is another folder. */
function layoutHash(): string {
  return createHash('sha256').update(MODULES.join(' ')).digest('hex').slice(0, 8);
}

function unpackInto(folder: string): void {
  const run = (command: string, ...args: readonly string[]): string =>
    execFileSync(command, args, {
      cwd: folder,
      encoding: 'utf8',
      maxBuffer: 2 ** 24,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  // What a package of the kernel's is called hangs on its version, which this one without content depends on.
  const name = /Depends: (linux-image-\S+)/.exec(run('apt-cache', 'depends', PACKAGE))?.[1];
  if (name === undefined) throw new Error(`apt knows no ${PACKAGE}: is this a Debian, and \`apt-get update\` done?`);
  run('apt-get', 'download', name);
  const archive = readdirSync(folder).find((file) => file.endsWith('.deb'))!;
  const release = name.slice('linux-image-'.length);
  const wanted = MODULES.map((part) => `./lib/modules/${release}/kernel/${part}`);
  const files = [`./boot/vmlinuz-${release}`, `./lib/modules/${release}/modules.builtin`, ...wanted];
  run('sh', '-ec', 'dpkg-deb --fsys-tarfile "$0" | tar x "$@"', archive, ...files);
  run('busybox', 'depmod', '-b', folder, release);
  writeFileSync(join(folder, 'vmlinux'), uncompressed(join(folder, `boot/vmlinuz-${release}`)));
  rmSync(join(folder, archive));
  rmSync(join(folder, 'boot'), { recursive: true });
}

/** Where the kernel proper begins within its own boot code. */
const XZ = Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]);

/** By a file, for xz goes away before it has read what stands behind the kernel. */
function uncompressed(path: string): Buffer {
  const packed = readFileSync(path);
  const start = packed.indexOf(XZ);
  if (start < 0) throw new Error(`${path} is not compressed with xz`);
  const kernel = `${path}.xz`;
  writeFileSync(kernel, packed.subarray(start));
  return execFileSync('xz', ['--decompress', '--single-stream', '--stdout', '--quiet', kernel], { maxBuffer: 2 ** 28 });
}
