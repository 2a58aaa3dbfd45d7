/**
 * How a packet is known again after translation: the last 8 bytes of what the IP header counts as the packet are
 * `SLCE` and a 32-bit id. A router neither reads nor changes them, and an ICMP error that quotes a whole packet ends in
 * them too.
 */

const magic = 0x534c_4345;

export function identityTrailer(id: number): Uint8Array {
  const bytes = new Uint8Array(8);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, magic);
  view.setUint32(4, id);
  return bytes;
}

/** The id that an IP packet (no Ethernet header) ends in, if it ends in one. */
export function identityOf(packet: Uint8Array): number | undefined {
  const view = new DataView(packet.buffer, packet.byteOffset, packet.byteLength);
  const length = statedLength(view);
  if (length === undefined || length < 28 || view.getUint32(length - 8) !== magic) return undefined;
  return view.getUint32(length - 4);
}

/** Length by the IP header; undefined if that is more than there is. */
function statedLength(view: DataView): number | undefined {
  if (view.byteLength < 20) return undefined;
  const version = view.getUint8(0) >> 4;
  const length = version === 6 ? 40 + view.getUint16(4) : view.getUint16(2);
  return length <= view.byteLength ? length : undefined;
}
