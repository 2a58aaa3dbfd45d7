/** Packets: built from data, read back into data, printed on a line. */
export * from './packet/layers.ts';
export { parseAddress } from './packet/address.ts';
export { decodeFrame, decodePacket, packetOfFrame } from './packet/decode.ts';
export { encodeFrame, encodePacket } from './packet/encode.ts';
export { formatFrame, formatPacket, isError } from './packet/format.ts';
export { fragmentPacket } from './packet/fragment.ts';
export { identityOf } from './packet/identity.ts';
