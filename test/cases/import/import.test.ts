/**
 * Dumps and what becomes of them, a folder each: `input.save` (and `input6.save`, of ip6tables, and `sets.save`, of ipset), in `expected.sluice` the
 * policy, in `expected.data` the files that it reads, in `expected.besides` what stays with iptables, in `expected.txt` what is said about it. A name that ends in `-opaque`
 * is imported with `--keep-opaque`. `SLUICE_UPDATE=1` writes them anew.
 */
import { existsSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { isError } from '../../../grammar/diagnostic.ts';
import { format } from '../../../grammar/prettier-plugin.ts';
import { renderFindings } from '../../../compiler/diagnostics/render.ts';
import { importIptables } from '../../../compiler/import/iptables/import.ts';
import { buildPolicy } from '../../kernel/conformance/build.ts';

const here = new URL('./', import.meta.url);
const update = process.env['SLUICE_UPDATE'] === '1';
const services = readFileSync(new URL('../../../stdlib/services.sluice', import.meta.url), 'utf8');

const cases = readdirSync(here, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => entry.name);

describe('a dump becomes a policy', () => {
  it.each(cases)('%s', async (name) => {
    const folder = new URL(`${name}/`, here);
    const sources = ['input.save', 'input6.save', 'sets.save']
      .filter((path) => existsSync(new URL(path, folder)))
      .map((path) => ({ path, text: readFileSync(new URL(path, folder), 'utf8') }));
    const { written, residuals, findings } = importIptables(sources, {
      keepOpaque: name.endsWith('-opaque'),
      services,
    });
    expect(written === undefined).toBe(findings.some(isError));
    expect(findings.filter(({ hint }) => hint === undefined)).toEqual([]);
    const policy = written && (await format(written.policy));
    compare(new URL('expected.txt', folder), findings.length > 0 ? renderFindings(findings) : undefined);
    compare(new URL('expected.sluice', folder), policy);
    const data = written?.files.map(({ path, bytes }) => `# ${path}\n${new TextDecoder().decode(bytes)}`);
    compare(new URL('expected.data', folder), data && data.length > 0 ? data.join('\n') : undefined);
    const besides = residuals.map(({ path, text }) => `# ${path}\n${text}`);
    compare(new URL('expected.besides', folder), besides.length > 0 ? besides.join('\n') : undefined);
    if (!written || policy === undefined) return;
    const files = Object.fromEntries(written.files.map((file) => [file.path, new TextDecoder().decode(file.bytes)]));
    const built = buildPolicy({ policy, files });
    expect(built.kind === 'refused' ? renderFindings(built.diagnostics) : '').toBe('');
  });
});

/** The file holds the text; without a text there is no file. */
function compare(file: URL, text: string | undefined): void {
  if (update) {
    if (text === undefined) rmSync(file, { force: true });
    else writeFileSync(file, text);
  }
  expect(existsSync(file) ? readFileSync(file, 'utf8') : undefined, String(file)).toBe(text);
}
