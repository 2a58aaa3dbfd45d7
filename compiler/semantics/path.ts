/**
 * The blocks that a packet meets, in their order, by the path it takes: the table of the language's reference, with the
 * host's own steps between them.
 */
import { answerTo } from './answers.ts';
import { balance } from './balance.ts';
import { countTraffic } from './count.ts';
import { isDispatched, deliver } from './dispatch.ts';
import { exemptProxied } from './exempt.ts';
import type { Fate, Leaving } from './fate.ts';
import { filter } from './filter.ts';
import type { Journey } from './journey.ts';
import {
  beginForwarding,
  checkFrame,
  confirmFlow,
  defragment,
  gatherForThisHost,
  readOptions,
  receive,
  routeReceived,
  routeSent,
  sendOut,
  trackPacket,
  translateDestination,
  translateSource,
} from './kernel/steps.ts';
import { mangle } from './mangle.ts';
import { mitigate } from './mitigate.ts';
import { keepSourceOfDelivered, settleDestination, settleSource } from './nat.ts';
import { raw } from './raw.ts';
import { pastQueues, queueOnArrival } from './shape.ts';
import { judged, passing, type End, type Step } from './steps.ts';

const RECEIVED_FIRST: readonly Step[] = [
  checkFrame,
  judged(mitigate),
  passing(queueOnArrival),
  receive,
  pastQueues(balance),
  defragment,
  judged(raw),
  exemptProxied,
  trackPacket,
  passing((journey) => mangle(journey, 'prerouting')),
  settleDestination,
  translateDestination,
  routeReceived,
  readOptions,
];

const FOR_THIS_HOST: readonly Step[] = [
  gatherForThisHost,
  passing((journey) => mangle(journey, 'input')),
  judged((journey) => filter(journey, 'input')),
  keepSourceOfDelivered,
  translateSource,
  confirmFlow,
  deliver,
];

const FORWARDED: readonly Step[] = [
  beginForwarding,
  passing((journey) => mangle(journey, 'forward')),
  judged((journey) => filter(journey, 'forward')),
  passing((journey) => mangle(journey, 'postrouting')),
  settleSource,
  translateSource,
  passing(countTraffic),
  confirmFlow,
  sendOut,
];

const SENT_BY_THIS_HOST: readonly Step[] = [
  routeSent,
  judged(raw),
  trackPacket,
  passing((journey) => mangle(journey, 'output')),
  settleDestination,
  translateDestination,
  routeSent,
  judged((journey) => filter(journey, 'output')),
  passing((journey) => mangle(journey, 'postrouting')),
  settleSource,
  translateSource,
  passing(countTraffic),
  confirmFlow,
];

/** The way of a packet that came in by an interface. */
export function walkReceived(journey: Journey): Fate {
  const ended = walk(RECEIVED_FIRST, journey);
  if (ended !== undefined) return conclude(ended, journey);
  return finish(isForThisHost(journey) ? FOR_THIS_HOST : FORWARDED, journey);
}

/** The way of a packet that this host sends, to itself or to others. */
export function walkSent(journey: Journey): Fate {
  const ended = walk(SENT_BY_THIS_HOST, journey);
  if (ended !== undefined) return conclude(ended, journey);
  if (journey.out?.loopback !== true) return finish([sendOut], journey);
  journey.in = journey.out;
  journey.inZone = journey.outZone;
  return finish(FOR_THIS_HOST, journey);
}

function walk(steps: readonly Step[], journey: Journey): End | undefined {
  for (const step of steps) {
    const end = step(journey);
    if (end !== undefined) return end;
  }
  return undefined;
}

function finish(steps: readonly Step[], journey: Journey): Fate {
  const end = walk(steps, journey);
  return end === undefined ? { kind: 'gone', by: 'host', why: 'nowhere to go' } : conclude(end, journey);
}

function isForThisHost(journey: Journey): boolean {
  const { kind } = journey.destination;
  return kind === 'local' || kind === 'broadcast' || kind === 'multicast' || isDispatched(journey);
}

/** Sends the answer that an end calls for; it takes the path of what this host sends. */
function conclude(end: End, journey: Journey): Fate {
  switch (end.kind) {
    case 'refused by policy':
    case 'refused by host':
    case 'to be proxied': {
      const { answer, fate } = answerTo(end, journey);
      return fate(answer === undefined ? undefined : sent(answer, journey));
    }
    default:
      return end;
  }
}

function sent(answer: Journey, journey: Journey): Leaving | undefined {
  const fate = walkSent(answer);
  journey.state = answer.state;
  if (fate.kind === 'forwarded') return fate.leaving;
  // Refused itself: what leaves is the answer about the answer.
  if (fate.kind === 'rejected') return fate.answer;
  if (fate.kind !== 'delivered') return undefined;
  return { out: 'lo', packets: [fate.packet], mark: fate.mark, reaches: 'this host' };
}
