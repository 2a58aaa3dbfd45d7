/** What rules of a policy decide, as diagrams. */
import type { Decision, Family } from '../../4-program/program.ts';
import type { Cell, Translation, Verdict } from '../../model/index.ts';
import { IntervalSet } from '../../net/interval-set.ts';
import { ALL, NOTHING, type Diagram } from '../diagrams.ts';
import type { Rows } from './atoms.ts';
import { NO_MEANING, type Meaning, type Meanings } from './meaning.ts';
import { NotCompared } from './not-compared.ts';
import * as outcomes from './outcomes.ts';
import type { StagePackets } from './stage-packets.ts';

export class Decisions {
  readonly #meanings: Meanings;
  readonly #packets: StagePackets;

  constructor(meanings: Meanings, packets: StagePackets) {
    this.#meanings = meanings;
    this.#packets = packets;
  }

  /** Throws NotCompared. */
  of(decision: Decision | undefined, set: Diagram, rows: Rows): Meaning {
    switch (decision?.kind) {
      case undefined:
        return NO_MEANING;
      case 'verdict':
        return this.verdict(decision.verdict, set);
      case 'translation':
        return this.#translation(decision.translation, set, rows);
      case 'socket':
        throw new NotCompared('a socket that gets packets');
      case 'class':
        return this.#class(decision.class, set, rows);
    }
  }

  /** The packet's priority becomes the class's number, and it goes on. */
  #class(chosen: number | Cell, set: Diagram, rows: Rows): Meaning {
    const number = typeof chosen === 'number' ? String(chosen) : outcomes.cellText(chosen, rows);
    return this.#meanings.sequence([
      this.#meanings.affects(set, outcomes.PRIORITY, number),
      this.#meanings.decides(set, outcomes.ACCEPT),
    ]);
  }

  verdict(verdict: Verdict, set: Diagram): Meaning {
    const meanings = this.#meanings;
    switch (verdict.kind) {
      case 'allow':
        return meanings.decides(set, outcomes.ACCEPT);
      case 'drop':
        return meanings.decides(set, outcomes.DROP);
      case 'leave':
        return meanings.returns(set);
      case 'reject':
        return this.#refusal(verdict.reason, set);
      case 'synproxy':
        throw new NotCompared('a proxy for SYNs');
    }
  }

  /** Without a reason TCP is reset, and all else is unreachable. */
  #refusal(reason: Extract<Verdict, { kind: 'reject' }>['reason'], set: Diagram): Meaning {
    const { diagrams, tests } = this.#packets;
    const tcp = tests.numberIn('protocol', IntervalSet.of(8, 6));
    const reset = reason === 'tcp-reset' ? set : reason === undefined ? diagrams.when(tcp, set) : NOTHING;
    const why = reason === undefined || reason === 'tcp-reset' ? 'port-unreachable' : reason;
    return this.#meanings.steps([
      this.#meanings.decides(reset, outcomes.TCP_RESET),
      ...([4, 6] as const).map((family) =>
        this.#meanings.decides(diagrams.when(tests.family(family), set), outcomes.refusal(why, family)),
      ),
    ]);
  }

  #translation(translation: Translation, set: Diagram, rows: Rows): Meaning {
    const { diagrams, tests } = this.#packets;
    const { kind } = translation;
    const flags = {
      random: 'random' in translation && translation.random,
      persistent: 'persistent' in translation && translation.persistent,
    };
    if (kind === 'masquerade' || kind === 'redirect') {
      const text = outcomes.translationText(kind, outcomes.SAME, outcomes.portsText(translation.ports, rows), flags);
      return this.#meanings.decides(set, text);
    }
    const ofFamily = ([4, 6] as const).map((family) => {
      const { target } = translation;
      const to = family === 4 ? target.v4 : target.v6;
      const addresses = outcomes.addressesText(to, family, rows);
      if (addresses === undefined) return NO_MEANING;
      const text = outcomes.translationText(kind, addresses, outcomes.portsText(target.ports, rows), flags);
      const field = kind === 'snat' ? 'source' : 'destination';
      const ofNetwork = to?.kind === 'prefix' ? tests.addressIn(field, family, rangeOf(to.from, family), 'real') : ALL;
      const where = diagrams.when(ofNetwork, diagrams.when(tests.family(family), set));
      const label =
        kind === 'dnat' && translation.hairpin ? [this.#meanings.affects(where, 'label', 'turned back')] : [];
      return this.#meanings.steps([...label, this.#meanings.decides(where, text)]);
    });
    return this.#meanings.steps(ofFamily);
  }
}

function rangeOf(prefix: { readonly value: bigint; readonly length: number }, family: Family): IntervalSet {
  const [low, high] = outcomes.prefixEnds(prefix, family);
  return family === 4 ? IntervalSet.range(32, Number(low), Number(high)) : IntervalSet.range(128, low, high);
}
