/** Short forms for headers, for tests. */
import type { Ipv4, Ipv6, Tcp, Udp } from '../../../cli/lab/packet.ts';

export function ipv4(source: string, destination: string, more: Partial<Ipv4> = {}): Ipv4 {
  return { ...more, version: 4, source, destination };
}

export function ipv6(source: string, destination: string, more: Partial<Ipv6> = {}): Ipv6 {
  return { ...more, version: 6, source, destination };
}

/** From port 40000, with that many bytes of zeros. */
export function udp(destinationPort: number, payload = 0): Udp {
  return { protocol: 'udp', sourcePort: 40000, destinationPort, payload: new Uint8Array(payload) };
}

/** From port 40000. */
export function tcp(destinationPort: number, ...flags: Tcp['flags']): Tcp {
  return { protocol: 'tcp', sourcePort: 40000, destinationPort, flags };
}
