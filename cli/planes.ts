import type { Plane } from '../compiler/plane.ts';
import { xdp } from '../backends/ebpf/index.ts';
import { skLookup } from '../backends/ebpf/sk-lookup/index.ts';
import { nftables } from '../backends/nftables/index.ts';
import { p4 } from '../backends/p4/index.ts';
import { tc } from '../backends/tc/index.ts';

/** Every plane of this version. A target that names none gets the first. */
export const PLANES: readonly Plane[] = [nftables, tc, xdp, skLookup, p4];
