/** NICs, each described by a file: what its tables can do and hold. docs/schemas/p4-target.json is the files' schema. */
import bmv2 from './bmv2.json' with { type: 'json' };
import dpdk from './dpdk.json' with { type: 'json' };

export interface NicDescription {
  readonly name: string;
  readonly description: string;
  /** A folder of `emit/` writes for it: what the target's line says behind `p4`. */
  readonly architecture: string;
  /** Bits of a port's number. */
  readonly portBits: number;
  /** The Nth port to the network has the number N × step, and the host's interface behind it that number + host. */
  readonly ports: { readonly step: number; readonly host: number; readonly most: number };
  readonly limits: {
    readonly entriesPerTable: number;
    readonly keyBitsPerTable: number;
    /** Of what an action of a table sets at once. */
    readonly resultBits: number;
    /** Of all tables: entries × key width. */
    readonly tcamBits: number;
  };
  readonly matchKinds: readonly string[];
  /** Where the figures come from. */
  readonly sources: readonly string[];
}

export const NICS: readonly NicDescription[] = [bmv2, dpdk];

export function nicFor(architecture: string): NicDescription | undefined {
  return NICS.find((nic) => nic.architecture === architecture);
}

/** The numbers of the Nth port to the network, counted from 0, and of the one that leads to the host's interface behind it. */
export function portNumbers(
  { ports }: NicDescription,
  at: number,
): { readonly network: number; readonly host: number } {
  const network = at * ports.step;
  return { network, host: network + ports.host };
}
