/** What a rule set is made of, in nft's own terms: small, typed, and printed as it stands. */
import type { TextBuffer } from '../../compiler/artifacts/text-buffer.ts';
import type { Origin } from '../../compiler/model/index.ts';

/** Elements of a set or map: written straight into the output, since there may be a million. */
export interface Elements {
  readonly count: number;
  /** Writes element `index`, without separators. */
  readonly write: (index: number, out: TextBuffer) => void;
}

export interface NftSet {
  readonly kind: 'set' | 'map';
  readonly name: string;
  /** Types of the key's parts: `ipv4_addr`, `inet_proto`, … */
  readonly key: readonly string[];
  /** The key is given by expressions, whose types nft derives. */
  readonly typeof?: boolean;
  /** A map's data: types of its parts, or `verdict`. */
  readonly data: readonly string[];
  readonly flags: readonly ('interval' | 'dynamic' | 'timeout')[];
  /** Undefined: as many as it takes; see set-size.ts. */
  readonly size: number | undefined;
  /** Others put in and take out what they like. */
  readonly isVolatile?: boolean;
  /** Milliseconds. */
  readonly timeout: number | undefined;
  /** Milliseconds between times at which the kernel takes out what has been deleted by packets; undefined: a second. */
  readonly cleanedEach?: number | undefined;
  /** Every element counts packets and bytes. */
  readonly counter: boolean;
  /** Every element has a limit of its own: one of the kind that they have, which nft wants to be told. */
  readonly limit?: string | undefined;
  readonly elements: Elements | undefined;
  /** What it is, for the file's comment. */
  readonly description: string;
}

export interface NftRule {
  /** In order: matches, statements, verdict; each as nft writes it. */
  readonly statements: readonly string[];
  /** The rule of the policy that this carries out; undefined: part of the frame. */
  readonly origin: Origin | undefined;
  /** Further rules of the policy that the same line carries out. */
  readonly merged?: readonly Origin[] | undefined;
  /** For the frame's rules: why they stand there. */
  readonly remark?: string;
}

export interface BaseChainHook {
  readonly type: 'filter' | 'nat' | 'route';
  readonly hook: 'ingress' | 'prerouting' | 'input' | 'forward' | 'output' | 'postrouting';
  /** `filter`, `srcnat - 10`, `-500` */
  readonly priority: string;
  /** For `ingress`. */
  readonly devices: readonly string[];
  readonly policy: 'accept' | 'drop';
}

export interface NftChain {
  readonly name: string;
  readonly hook: BaseChainHook | undefined;
  readonly description: string;
  readonly rules: NftRule[];
}

export interface NamedObject {
  readonly kind: 'counter' | 'limit' | 'ct helper' | 'synproxy';
  readonly name: string;
  /** The lines inside the braces. */
  readonly lines: readonly string[];
  /** What it is, for the file's comment. */
  readonly description: string | undefined;
}

/** One table, which is all that Sluice owns. */
export interface NftTable {
  readonly name: string;
  readonly objects: readonly NamedObject[];
  readonly sets: readonly NftSet[];
  readonly chains: readonly NftChain[];
}
