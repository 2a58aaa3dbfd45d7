/** The field of a packet, as a rule in the block at hand reads it: whose address, and whether there is one. */
import type { View } from '../model/condition.ts';
import { FLOW_STATES, type AddressField, type NumberField, type PayloadField } from '../model/fields.ts';
import { endsOf, type Ends, type Journey } from './journey.ts';
import { TCP, UDP, isLaterFragment } from './packet/packet.ts';

/**
 * Both ends as a view shows them. `mitigate`, `balance`, `raw` and `mangle prerouting` always see the frame. Elsewhere
 * `real` are the hosts that talk, whatever was translated and in whichever direction the packet goes; `original` are the
 * ends as the flow's opener sees them: itself, and whom it called.
 */
function endsSeen(journey: Journey, view: View): Ends {
  const current = endsOf(journey.packet);
  if (journey.seesWire || view === 'on wire') return current;
  const real = journey.real ?? current;
  if (view === 'real') return real;
  const { tracking } = journey;
  if (tracking.kind === 'flow') {
    const { original } = tracking.flow;
    const forward: Ends = { ...real, source: original.source, destination: original.destination };
    const ends =
      current.sourcePort === undefined
        ? forward
        : { ...forward, sourcePort: original.sourcePart, destinationPort: original.destinationPart };
    return tracking.direction === 'original' ? ends : turned(ends);
  }
  if (tracking.kind === 'related' && tracking.direction === 'reply') {
    return { ...endsOf(journey.arrived), destination: tracking.flow.original.source };
  }
  return isFlowless(journey) ? NO_ENDS : endsOf(journey.arrived);
}

/** What belongs to no flow has no opener, and so nothing before its translation. */
function isFlowless({ tracking }: Journey): boolean {
  return tracking.kind === 'untracked' || tracking.kind === 'invalid';
}

const NO_ENDS: Ends = { source: undefined, destination: undefined, sourcePort: undefined, destinationPort: undefined };

function turned(ends: Ends): Ends {
  return {
    source: ends.destination,
    destination: ends.source,
    sourcePort: ends.destinationPort,
    destinationPort: ends.sourcePort,
  };
}

export function addressField(journey: Journey, field: AddressField, view: View): bigint | undefined {
  return endsSeen(journey, view)[field];
}

type NumberReader = (journey: Journey, view: View) => number | undefined;

const numbers: { readonly [Field in NumberField]: NumberReader } = {
  family: ({ packet }) => packet.family,
  protocol: ({ packet }) => packet.protocol,
  'source port': (journey, view) => endsSeen(journey, view).sourcePort,
  'destination port': (journey, view) => endsSeen(journey, view).destinationPort,
  service(journey, view) {
    const { protocol } = journey.packet;
    const port = endsSeen(journey, view).destinationPort;
    return protocol === undefined || port === undefined ? undefined : protocol * 65536 + port;
  },
  'tcp flags': ({ packet }) => packet.tcpFlags,
  icmp4: (journey) => (journey.packet.family === 4 ? typeAndCode(journey) : undefined),
  icmp6: (journey) => (journey.packet.family === 6 ? typeAndCode(journey) : undefined),
  length: ({ packet }) => packet.length,
  ttl: ({ packet }) => packet.ttl,
  dscp: ({ packet }) => packet.dscp,
  vlan: ({ vlan }) => vlan,
  'source mac': ({ sourceMac }) => (sourceMac === undefined ? undefined : Number(sourceMac)),
  mark: ({ mark }) => mark,
  fragment: ({ packet }) => (packet.fragment === undefined ? 0 : isLaterFragment(packet) ? 2 : 1),
  state: (journey) => FLOW_STATES.indexOf(flowState(journey)),
};

/** The value of a number field, or undefined where the packet has none. */
export function numberField(journey: Journey, field: NumberField, view: View = 'real'): number | undefined {
  return numbers[field](journey, view);
}

function typeAndCode(journey: Journey): number | undefined {
  const { icmp, protocol, family } = journey.packet;
  if (icmp === undefined || protocol !== (family === 4 ? 1 : 58)) return undefined;
  return icmp.type * 256 + icmp.code;
}

/** As connection tracking names it: a flow is new until packets have gone both ways. */
function flowState(journey: Journey): (typeof FLOW_STATES)[number] {
  const { tracking } = journey;
  if (tracking.kind !== 'flow') return tracking.kind;
  return tracking.direction === 'reply' || tracking.flow.replySeen ? 'established' : 'new';
}

/** The bytes from `first` to `last` behind the header of TCP or UDP; undefined where the packet does not reach so far. */
export function payloadField(journey: Journey, field: PayloadField): Uint8Array | undefined {
  const { bytes, payloadAt, protocol } = journey.packet;
  const [first, last] = field.payload;
  if (protocol !== TCP && protocol !== UDP) return undefined;
  if (payloadAt === undefined || payloadAt + last >= bytes.length) return undefined;
  return bytes.subarray(payloadAt + first, payloadAt + last + 1);
}
