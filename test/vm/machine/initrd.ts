/** What the kernel starts with: busybox, the modules by which it reaches the host's files, and a script that goes there. */
import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { KernelPackage } from './kernel-package.ts';

/** Its own mode and where it is, of a file in the archive. */
interface Entry {
  readonly path: string;
  readonly mode: number;
  readonly content: Uint8Array;
}

const FOLDER = 0o040755;
const PROGRAM = 0o100755;

/** Without these there is nothing else to be had. */
const MODULES = ['virtio_pci', '9pnet_virtio', '9p', 'overlay'];

/** The host's files, read-only below a layer that lives in memory, and the job's own folder, which the host reads afterwards. */
const INIT = `#!/bin/busybox sh
/bin/busybox mkdir -p /proc /sys /dev /host /layer /root
/bin/busybox --install -s /bin
mount -t proc none /proc
mount -t sysfs none /sys
mount -t devtmpfs none /dev
while read module; do insmod /modules/$module; done < /modules/order
mount -t 9p -o trans=virtio,version=9p2000.L,msize=262144,cache=loose,ro host /host
mount -t tmpfs none /layer
mkdir /layer/upper /layer/work
mount -t overlay -o lowerdir=/host,upperdir=/layer/upper,workdir=/layer/work none /root
for kind in proc sys dev; do mount --move /$kind /root/$kind; done
cd /root
for folder in tmp run var/lock lib/modules; do busybox mkdir -p $folder; done
/bin/busybox mount -t tmpfs none run
/bin/busybox mkdir -p run/job
/bin/busybox mount -t 9p -o trans=virtio,version=9p2000.L,msize=262144 job run/job
/bin/busybox chroot /root /bin/sh /run/job/start > /dev/ttyS0 2>&1
echo o > /root/proc/sysrq-trigger
sleep 60
`;

/** The kernel asks for modules from where it began, and they are where the job is. */
const MODPROBE = `#!/bin/busybox sh
exec /bin/busybox chroot /root /usr/bin/env busybox modprobe "$@"
`;

/** An archive in cpio's "newc" format. */
export function initrd(kernel: KernelPackage): Uint8Array {
  const folder = join(kernel.root, 'lib/modules', kernel.release);
  const paths = inOrder(readFileSync(join(folder, 'modules.dep'), 'utf8'), MODULES);
  const text = (content: string) => Buffer.from(content);
  const folders = ['bin', 'sbin', 'modules'].map((path): Entry => ({ path, mode: FOLDER, content: text('') }));
  return archive([
    ...folders,
    { path: 'init', mode: PROGRAM, content: text(INIT) },
    { path: 'sbin/modprobe', mode: PROGRAM, content: text(MODPROBE) },
    { path: 'bin/busybox', mode: PROGRAM, content: readFileSync('/bin/busybox') },
    { path: 'modules/order', mode: PROGRAM, content: text(`${paths.map((path) => basename(path)).join('\n')}\n`) },
    ...paths.map((path) => ({
      path: `modules/${basename(path)}`,
      mode: PROGRAM,
      content: readFileSync(join(folder, path)),
    })),
  ]);
}

/** The modules and all that they need, each behind what it needs. */
function inOrder(dependencies: string, wanted: readonly string[]): readonly string[] {
  const needs = new Map(
    dependencies.split('\n').map((line) => {
      const [path = '', rest = ''] = line.split(':');
      return [basename(path, '.ko'), { path, needs: rest.split(' ').filter((need) => need !== '') }] as const;
    }),
  );
  const paths = new Set<string>();
  const add = (name: string): void => {
    const module = needs.get(name);
    if (!module) throw new Error(`this kernel has no module ${name}`);
    if (paths.has(module.path)) return;
    for (const need of module.needs) add(basename(need, '.ko'));
    paths.add(module.path);
  };
  for (const name of wanted) add(name);
  return [...paths];
}

function archive(entries: readonly Entry[]): Uint8Array {
  const parts = [...entries, { path: 'TRAILER!!!', mode: 0, content: new Uint8Array(0) }].flatMap(
    ({ path, mode, content }, index) => {
      const name = Buffer.from(`${path}\0`);
      const fields = [index + 1, mode, 0, 0, 1, 0, content.length, 0, 0, 0, 0, name.length, 0];
      const head = Buffer.from(`070701${fields.map((field) => field.toString(16).padStart(8, '0')).join('')}`);
      return [padded(Buffer.concat([head, name])), padded(content)];
    },
  );
  return Buffer.concat(parts);
}

function padded(bytes: Uint8Array): Uint8Array {
  const rest = bytes.length % 4;
  return rest === 0 ? bytes : Buffer.concat([bytes, new Uint8Array(4 - rest)]);
}
