/** What a device before the host has of a policy, and what it leaves to the host. */
import { positionOf } from '../../grammar/source.ts';
import { oneLine } from '../artifacts/one-line.ts';
import type { Device } from '../plane.ts';
import type { ExplainedDevice } from './explained.ts';

export function explainDevice({ name, tables, rules }: Device): ExplainedDevice {
  return {
    name,
    tables,
    rules: rules.map(({ origin: { span, text }, isDevice, why }) => ({
      path: span.source.path,
      line: positionOf(span.source, span.start).line,
      text: oneLine(text),
      decides: isDevice ? 'device' : 'host',
      ...(why === undefined ? {} : { why }),
    })),
  };
}
