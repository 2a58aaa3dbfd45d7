/** A packet's way through a policy, as the reference semantics walks it. */
import type { Expectation, ExpectationBlock, Given, Policy } from '../model/policy.ts';
import { evaluate, type Outcome } from '../semantics/evaluate.ts';
import type { Fate } from '../semantics/fate.ts';
import type { Shaped } from '../semantics/shape.ts';
import { endsText, fateInWords } from '../semantics/expectations/words.ts';
import { situationOf } from '../semantics/expectations/history.ts';
import { sceneFor } from '../semantics/expectations/scene.ts';
import type { ExplainedPacket, ExplainedWay } from './explained.ts';

/**
 * What may become of the packets asked about. Where the question says nothing about the surroundings, those of the policy's
 * first `expect` block hold. `now` is in milliseconds since 1970.
 */
export function explainPackets(
  policy: Policy,
  asked: readonly ExpectationBlock[],
  now: number,
): readonly ExplainedPacket[] {
  const usual = policy.expectations[0]?.given;
  return asked.flatMap(({ given: own, expectations }) => {
    const given = saysNothing(own) ? (usual ?? own) : own;
    return expectations.map((packet): ExplainedPacket => {
      const scene = sceneFor(policy, given, packet);
      const at = given.time === undefined ? now : given.time * 1000;
      const { state, arrival } = situationOf(policy, given, packet, scene, at);
      const { outcomes } = evaluate(policy, scene.environment, state, at, arrival);
      return { text: textOf(packet), ways: outcomes.map(wayOf) };
    });
  });
}

/** As it was asked, without the verdict that stands before it. */
function textOf({ span, verdict }: Expectation): string {
  return span.source.text.slice(span.start + verdict.length, span.end).trim();
}

function saysNothing({ routes, addresses, down, time, memories }: Given): boolean {
  return [routes, addresses, memories].every(({ length }) => length === 0) && down.isEmpty() && time === undefined;
}

export function wayOf({ fate, spoke, shaped }: Outcome): ExplainedWay {
  const queues = (wanted: Shaped['direction']) =>
    shaped.flatMap(({ zone, direction, classes }) =>
      direction === wanted
        ? [
            {
              block: `shape ${zone} ${direction}`,
              did: classes.length > 0 ? `class ${classes.join('/')}` : 'default',
              place: undefined,
              text: '',
            },
          ]
        : [],
    );
  const steps = spoke.map(({ block, did, origin }) => ({ block, did, place: origin?.span, text: origin?.text ?? '' }));
  const arrived = spoke.filter(({ block }) => block === 'mitigate').length;
  return {
    steps: [...steps.slice(0, arrived), ...queues('ingress'), ...steps.slice(arrived), ...queues('egress')],
    fate: `${fateInWords(fate)}${endsBehind(fate)}`,
  };
}

/** The ends of what goes on, as translated. */
function endsBehind(fate: Fate): string {
  if (fate.kind === 'delivered') return `, as ${endsText(fate.packet)}`;
  const packet = fate.kind === 'forwarded' ? fate.leaving.packets[0] : undefined;
  return packet === undefined ? '' : `, as ${endsText(packet)}`;
}
