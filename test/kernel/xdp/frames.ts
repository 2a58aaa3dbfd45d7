/**
 * Frames for a policy: each made for one of its rules, or nearly so; most of them right, many damaged, now and then one cut
 * off at every byte.
 */
import type { Program } from '../../../compiler/4-program/program.ts';
import { concatenate, writeBigint, writeUint16 } from '../../../compiler/semantics/packet/bytes.ts';
import type { Random } from '../../builders/classbench/packets.ts';
import { rulesOf, wishFor, type PlacedRule, type Wish } from './wishes.ts';

export interface ArrivingFrame {
  /** The interface. */
  readonly in: string;
  readonly bytes: Uint8Array;
}

/** The shortest frame that a test run takes. */
const SHORTEST = 14;

/** Addresses of packets that no rule asks for. */
export type Anywhere = Readonly<Record<4 | 6, readonly bigint[]>>;

const ANYWHERE: Anywhere = {
  4: [0x0a010203n, 0xffffffffn, 0n, 0xcb007105n],
  6: [0x20010db8_00000000_00000000_00000001n, 0n, (1n << 128n) - 1n, 0xff02n << 112n],
};

export class FrameSource {
  readonly #random: Random;
  readonly #interfaces: readonly string[];
  readonly #rules: readonly PlacedRule[];
  readonly #anywhere: Anywhere;
  /** What the frame at hand is to be like. */
  #wish: Wish = { family: 4, numbers: new Map() };

  constructor(program: Program, interfaces: readonly string[], random: Random, anywhere = ANYWHERE) {
    this.#anywhere = anywhere;
    this.#random = random;
    this.#interfaces = interfaces;
    this.#rules = rulesOf(program);
  }

  /** So many frames, or a few more: the truncations of one stay together. */
  draw(least: number): ArrivingFrame[] {
    const frames: ArrivingFrame[] = [];
    while (frames.length < least) {
      this.#wish =
        this.#rules.length > 0 && this.#chance(90)
          ? wishFor(this.#pick(this.#rules), this.#random)
          : { family: this.#chance(50) ? 4 : 6, numbers: new Map() };
      const name = this.#wish.in !== undefined && this.#chance(95) ? this.#wish.in : this.#pick(this.#interfaces);
      const bytes = this.#damaged(this.#frame());
      frames.push({ in: name, bytes });
      if (!this.#chance(2)) continue;
      for (let length = SHORTEST; length < bytes.length; length++) {
        frames.push({ in: name, bytes: bytes.subarray(0, length) });
      }
    }
    return frames;
  }

  #chance(percent: number): boolean {
    return this.#random(100) < percent;
  }

  #pick<Value>(values: readonly Value[]): Value {
    return values[this.#random(values.length)]!;
  }

  /** What the wish says of a field, in most cases, or else what `make` says. */
  #number(field: string, make: () => number): number {
    const wanted = this.#wish.numbers.get(field);
    return wanted !== undefined && this.#chance(97) ? wanted : make();
  }

  #bytes(length: number): Uint8Array {
    return Uint8Array.from({ length }, () => (this.#chance(30) ? 0 : this.#random(256)));
  }

  #frame(): Uint8Array {
    const { family, numbers } = this.#wish;
    const packet = family === 4 ? this.#packet4() : this.#packet6();
    const hasTag = numbers.has('vlan') ? this.#chance(95) : this.#chance(25);
    const tags = hasTag ? 1 + this.#pick([0, 0, 0, 0, 1, 1, 1, 2]) : 0;
    const head = new Uint8Array(14 + 4 * tags);
    head.set(this.#bytes(6));
    writeBigint(head, 6, 6, BigInt(this.#number('source mac', () => this.#random(4) + 0x0200_0000_0000)));
    for (let tag = 0; tag < tags; tag++) {
      const vlan = tag === 0 ? this.#number('vlan', () => this.#pick([0, 1, 7, 100, 4094, 4095])) : this.#random(4096);
      writeUint16(head, 12 + 4 * tag, this.#chance(80) ? 0x8100 : 0x88a8);
      writeUint16(head, 14 + 4 * tag, (this.#random(16) << 12) | vlan);
    }
    const type = this.#chance(2) ? this.#pick([0x0806, 0x0800, 0x86dd, 0x8847]) : family === 4 ? 0x0800 : 0x86dd;
    writeUint16(head, head.length - 2, type);
    return concatenate([head, packet]);
  }

  #packet4(): Uint8Array {
    const protocol = this.#protocol(1);
    const options = this.#chance(15) ? this.#bytes(4 * (1 + this.#random(10))) : new Uint8Array(0);
    const [offset, more] = this.#fragment();
    const content = this.#beginningOf(this.#transport(protocol, 20 + options.length));
    const header = new Uint8Array(20 + options.length);
    header[0] = 0x40 | (header.length / 4);
    header[1] = this.#trafficClass();
    writeUint16(header, 2, header.length + content.length);
    writeUint16(header, 4, this.#random(65_536));
    writeUint16(header, 6, (this.#random(2) << 14) | (more << 13) | offset);
    header[8] = this.#ttl();
    header[9] = protocol;
    this.#addresses(header, 12, 4, this.#anywhere[4]);
    header.set(options, 20);
    return concatenate([header, content, this.#padding()]);
  }

  #packet6(): Uint8Array {
    const protocol = this.#protocol(58);
    const extensions = this.#extensions();
    const header = new Uint8Array(40);
    const kinds = [...extensions.map(({ kind }) => kind), protocol];
    extensions.forEach(({ bytes }, index) => (bytes[0] = kinds[index + 1]!));
    const before = concatenate(extensions.map(({ bytes }) => bytes));
    const content = concatenate([before, this.#beginningOf(this.#transport(protocol, 40 + before.length))]);
    writeUint16(header, 0, 0x6000 | (this.#trafficClass() << 4) | this.#random(16));
    // A jumbogram now and then.
    writeUint16(header, 4, kinds[0] === 0 && this.#chance(5) ? 0 : content.length);
    header[6] = kinds[0]!;
    header[7] = this.#ttl();
    this.#addresses(header, 8, 16, this.#anywhere[6]);
    return concatenate([header, content, this.#padding()]);
  }

  /** Now and then only the first bytes, or none, of what the IP header then says is all. */
  #beginningOf(content: Uint8Array): Uint8Array {
    return this.#chance(3) ? content.subarray(0, this.#random(Math.min(content.length, 9) + 1)) : content;
  }

  #addresses(header: Uint8Array, at: number, length: number, anywhere: readonly bigint[]): void {
    const { source, destination, numbers } = this.#wish;
    const [from, to] = [source, destination].map((wanted) =>
      wanted !== undefined && this.#chance(97) ? wanted : this.#pick(anywhere),
    );
    writeBigint(header, at, length, from!);
    writeBigint(header, at + length, length, numbers.has('same') && this.#chance(50) ? from! : to!);
  }

  /** Offset in eights, and whether more follow. */
  #fragment(): readonly [number, number] {
    switch (this.#number('fragment', () => (this.#chance(88) ? 0 : 1 + this.#random(2)))) {
      case 0:
        return [0, 0];
      case 1:
        return [0, 1];
      default:
        return [this.#pick([1, 100, 8191]), this.#random(2)];
    }
  }

  #extensions(): { readonly kind: number; readonly bytes: Uint8Array }[] {
    const many = this.#chance(1) ? this.#random(60) : this.#chance(30) ? 1 + this.#random(4) : 0;
    const list = Array.from({ length: many }, () => this.#extension(this.#pick([0, 43, 60, 60])));
    const [offset, more] = this.#fragment();
    if (offset > 0 || more > 0 || this.#chance(5)) {
      const fragment = this.#extension(44);
      writeUint16(fragment.bytes, 2, (offset << 3) | (this.#random(4) << 1) | more);
      list.splice(this.#random(list.length + 1), 0, fragment);
    }
    return list;
  }

  #extension(kind: number): { readonly kind: number; readonly bytes: Uint8Array } {
    const eights = kind === 44 ? 0 : this.#random(this.#chance(10) ? 5 : 2);
    const bytes = this.#bytes(8 * (eights + 1));
    bytes[1] = kind === 44 ? this.#random(256) : eights;
    return { kind, bytes };
  }

  /** Behind the packet, which the link has filled up. */
  #padding(): Uint8Array {
    return this.#chance(10) ? this.#bytes(this.#random(20)) : new Uint8Array(0);
  }

  /** A transport header and what it carries. `before`: bytes of the packet before it. */
  #transport(protocol: number, before: number): Uint8Array {
    const header = this.#bytes(protocol === 6 ? 20 + 4 * this.#random(3) : protocol === 132 ? 12 : 8);
    const { numbers } = this.#wish;
    if (protocol === 1 || protocol === 58) {
      const icmp = this.#number(protocol === 1 ? 'icmp4' : 'icmp6', () => this.#pick([0, 0x800, 0x8000, 0x303, 0xd00]));
      writeUint16(header, 0, icmp);
    } else {
      const from = this.#number('source port', () => this.#port());
      writeUint16(header, 0, from);
      const to = numbers.has('same') && this.#chance(50) ? from : this.#number('destination port', () => this.#port());
      writeUint16(header, 2, to);
    }
    if (protocol === 6) {
      header[12] = (this.#chance(4) ? this.#random(16) : header.length / 4) << 4;
      header[13] = this.#number('tcp flags', () => this.#pick([2, 18, 16, 4, 1, 0, 41, 192, 3]));
    }
    const length = this.#number('length', () => before + header.length + this.#random(this.#chance(8) ? 1500 : 24));
    const rest = Math.max(0, Math.min(length, 3000) - before - header.length);
    return concatenate([header, this.#bytes(rest)]);
  }

  #protocol(icmp: number): number {
    return this.#number('protocol', () => {
      const { numbers } = this.#wish;
      if (numbers.has('tcp flags')) return 6;
      if (numbers.has('icmp4') || numbers.has('icmp6')) return icmp;
      return this.#pick(this.#chance(80) ? [6, 6, 17, 17, icmp] : [1, 58, 33, 132, 136, 47, 50, 51, 59, 253, 255, 0]);
    });
  }

  #port(): number {
    return this.#chance(60) ? this.#pick([0, 22, 53, 80, 443, 1024, 2000, 65_535]) : this.#random(65_536);
  }

  #ttl(): number {
    return this.#number('ttl', () => this.#pick([0, 1, 2, 64, 255])) & 0xff;
  }

  #trafficClass(): number {
    return (this.#number('dscp', () => this.#pick([0, 46, 8, 10])) << 2) | this.#random(4);
  }

  /** Most often the frame as it is. */
  #damaged(frame: Uint8Array): Uint8Array {
    const percent = this.#random(100);
    if (percent < 80) return frame;
    if (percent < 88) return frame.subarray(0, SHORTEST + this.#random(frame.length - SHORTEST + 1));
    // A byte of the headers is another one.
    const bytes = frame.slice();
    const changes = 1 + this.#random(3);
    for (let change = 0; change < changes; change++) {
      bytes[12 + this.#random(Math.min(60, bytes.length - 12))] = this.#chance(50)
        ? this.#random(256)
        : this.#random(8);
    }
    return bytes;
  }
}
