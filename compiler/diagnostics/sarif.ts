/** Findings as SARIF 2.1.0 (OASIS, "Static Analysis Results Interchange Format"), which code hosts show beside the lines. */
import type { Diagnostic, DiagnosticKind, Severity } from '../../grammar/diagnostic.ts';
import { fingerprintsOf } from './fingerprint.ts';
import { inOrder } from './order.ts';
import { placeOf, placeOfSpan, type Place } from './place.ts';

const SCHEMA = 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json';

const LEVELS: Readonly<Record<Severity, string>> = { error: 'error', warning: 'warning', note: 'note' };

export interface SarifTool {
  readonly version: string;
  /** The kinds that findings may be of, and the stable name of each, where it has one. */
  readonly kinds: readonly (DiagnosticKind & { readonly name?: string })[];
}

/** One run, as a document: the kinds that were found, and the findings in order. Columns are UTF-16 units from 1 on. */
export function findingsAsSarif(findings: readonly Diagnostic[], { version, kinds }: SarifTool): object {
  const ordered = inOrder(findings);
  const found = new Set(ordered.map(({ code }) => code));
  const rules = kinds.filter(({ code }) => found.has(code));
  const fingerprints = fingerprintsOf(ordered);
  return {
    $schema: SCHEMA,
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'sluice', semanticVersion: version, rules: rules.map(ruleOf) } },
        columnKind: 'utf16CodeUnits',
        results: ordered.map((finding, index) => ({
          ruleId: finding.code,
          ruleIndex: rules.findIndex(({ code }) => code === finding.code),
          level: LEVELS[finding.severity],
          message: { text: finding.hint === undefined ? finding.message : `${finding.message}\n${finding.hint}` },
          locations: locationsOf(placeOf(finding)),
          relatedLocations: finding.labels.map(({ span, text }, id) => ({
            id,
            ...locationOf(placeOfSpan(span)),
            message: { text },
          })),
          partialFingerprints: { 'sluice/v1': fingerprints[index] },
        })),
      },
    ],
  };
}

function ruleOf({ code, severity, title, explanation, name }: SarifTool['kinds'][number]): object {
  return {
    id: code,
    ...(name === undefined ? {} : { name }),
    shortDescription: { text: title },
    fullDescription: { text: explanation },
    defaultConfiguration: { level: LEVELS[severity] },
  };
}

function locationsOf(place: Place | undefined): object[] {
  return place ? [locationOf(place)] : [];
}

function locationOf({ path, start, end }: Place): object {
  return {
    physicalLocation: {
      artifactLocation: { uri: uriOf(path) },
      region: { startLine: start.line, startColumn: start.column, endLine: end.line, endColumn: end.column },
    },
  };
}

/** A path as a relative reference (RFC 3986); what is no file (`<stdin>`) is escaped like any name. */
function uriOf(path: string): string {
  const escaped = path.split('/').map(encodeURIComponent).join('/');
  return path.startsWith('/') ? `file://${escaped}` : escaped;
}
