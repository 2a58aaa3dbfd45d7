/** NICs, each described by a file: what its tables can do and hold. docs/schemas/p4-target.json is the files' schema. */
import bmv2 from './bmv2.json' with { type: 'json' };
import dpdk from './dpdk.json' with { type: 'json' };
import ipuE2000 from './ipu-e2000.json' with { type: 'json' };
import pensandoDsc from './pensando-dsc.json' with { type: 'json' };

export interface NicDescription {
  readonly name: string;
  readonly description: string;
  /** A folder of `emit/` writes for it. A target's line says this behind `p4`, or the NIC's name. */
  readonly architecture: string;
  /** Bits of a port's number. */
  readonly portBits: number;
  /** The Nth port to the network has the number N × step, and the host's interface behind it that number + host. */
  readonly ports: { readonly step: number; readonly host: number; readonly most: number };
  /** Whose commands and files fill its tables; without any, P4Runtime alone. */
  readonly tools?: string;
  /** What is left out is bounded by nothing that is known. */
  readonly limits: NicLimits;
  /** Those that programs for it use. */
  readonly matchKinds: readonly string[];
  /** Where the figures come from. */
  readonly sources: readonly string[];
  /** What public documents leave open, of a NIC whose own compiler no program has been tried with. */
  readonly open?: readonly string[];
}

export interface NicLimits {
  readonly entriesPerTable?: number;
  /** Of all tables. */
  readonly entries?: number;
  readonly keyBitsPerTable?: number;
  /** Of what an action of a table sets at once. */
  readonly resultBits?: number;
  /** Of all tables: entries × key width. */
  readonly tcamBits?: number;
  /** Of tables that a packet goes through, one behind another. */
  readonly stages?: number;
}

/** The first of an architecture is the one that its name stands for. */
export const NICS: readonly NicDescription[] = [bmv2, dpdk, pensandoDsc, ipuE2000];

/** By its own name, or that of an architecture. */
export function nicFor(name: string): NicDescription | undefined {
  return NICS.find((nic) => nic.name === name) ?? NICS.find((nic) => nic.architecture === name);
}

/** The numbers of the Nth port to the network, counted from 0, and of the one that leads to the host's interface behind it. */
export function portNumbers(
  { ports }: NicDescription,
  at: number,
): { readonly network: number; readonly host: number } {
  const network = at * ports.step;
  return { network, host: network + ports.host };
}
