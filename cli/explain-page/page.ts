/** The page of `sluice explain --html`: one file, which asks nothing of any network and runs no script but its own. */
import { createHash } from 'node:crypto';
import { PAGE_SCRIPT, PAGE_STYLE } from './assets.gen.ts';
import { escaped, MARK } from './markup.ts';
import type { PageData } from './page-step.ts';

/** `text`: what `sluice explain` writes to a terminal, for browsers that run no scripts. */
export function pageText(data: PageData, text: string): string {
  const script = `\n${PAGE_SCRIPT}`;
  const hash = createHash('sha256').update(script).digest('base64');
  const allowed = `default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'`;
  const title = escaped(`${data.policy}: plan`);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="generator" content="${MARK} ${escaped(data.sluice)}">
<meta http-equiv="Content-Security-Policy" content="${allowed}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>
${PAGE_STYLE}</style>
</head>
<body>
${BODY_BEFORE.replace('POLICY', () => escaped(data.policy)).replace('VERSION', () => escaped(data.sluice))}
<noscript><p>Without scripts, the plan as text:</p><pre>${escaped(text)}</pre></noscript>
<script type="application/json" id="data">${scriptSafe(JSON.stringify(data))}</script>
<script>${script}</script>
</body>
</html>
`;
}

/** JSON in which nothing ends the element that it stands in. */
function scriptSafe(json: string): string {
  return json.replaceAll('<', String.raw`\u003c`);
}

const BODY_BEFORE = `<header>
<h1>POLICY</h1>
<p class="quiet">How it is carried out, and what each step costs a packet, by <code>sluice explain</code> VERSION. Times are
estimates by the plane's prices.</p>
</header>
<div class="tools" role="search">
<label id="plane-choice">Plane <select id="plane"></select></label>
<label>Search <input type="search" id="search" autocomplete="off" spellcheck="false" placeholder="rule, lookup or line ( / )"></label>
<span id="search-count" class="quiet" role="status"></span>
</div>
<main>
<section id="flame" aria-labelledby="flame-heading">
<h2 id="flame-heading">Where the time goes</h2>
<p class="quiet">Widths are expected nanoseconds: blocks, their steps, their rules. A click tells more; a second one fills the width
with a step. Arrow keys move, Enter chooses, Escape goes back.</p>
<div id="flame-graph" role="group" aria-label="Flame graph of expected cost"></div>
<button id="flame-back" class="action" hidden>Show all again</button>
</section>
<p id="no-times" class="quiet" hidden>This plane tells no times.</p>
<section id="details" role="status" aria-label="The chosen step"></section>
<section aria-labelledby="plan-heading">
<h2 id="plan-heading">The plan</h2>
<ul class="legend quiet">
<li><svg width="34" height="8" aria-hidden="true"><path class="edge" d="M1 4h32"></path></svg> one after another, from top to bottom</li>
<li><svg width="34" height="8" aria-hidden="true"><path class="edge way" d="M1 4h32"></path></svg> a packet takes one of these ways</li>
<li><svg width="34" height="8" aria-hidden="true"><rect class="bar" y="2" width="34" height="4"></rect></svg> its part of the time</li>
<li><svg width="10" height="12" aria-hidden="true"><path class="closed" d="M1 1l6 5l-6 5z"></path></svg> more below: a second click opens it</li>
</ul>
<div id="plan-picture" role="group" aria-label="The plan as a tree"></div>
</section>
<section id="device" aria-labelledby="device-heading" hidden>
<h2 id="device-heading">On the NIC</h2>
<p id="device-summary" class="quiet"></p>
<div class="table"><table>
<thead><tr><th scope="col">Table</th><th scope="col">Keys</th><th scope="col" class="number">Entries</th><th scope="col" class="number">Room</th><th scope="col" class="number">Bits</th></tr></thead>
<tbody id="device-tables"></tbody>
</table></div>
<h3>Who decides</h3>
<div class="table"><table>
<thead><tr><th scope="col">Rule</th><th scope="col">Line</th><th scope="col">Decides</th><th scope="col">Why not the NIC</th></tr></thead>
<tbody id="device-rules"></tbody>
</table></div>
</section>
<section id="rules" aria-labelledby="rules-heading">
<h2 id="rules-heading">Rules by cost</h2>
<p class="quiet"><span id="rules-count" role="status"></span>. Each with its part of the lookups that lead to it.</p>
<div class="table"><table>
<thead><tr><th scope="col">Rule</th><th scope="col">Block</th><th scope="col">Lines</th><th scope="col" class="time">Expected</th><th scope="col" class="part">Part</th></tr></thead>
<tbody id="rules-body"></tbody>
</table></div>
<button id="rules-more" class="action" hidden></button>
</section>
</main>`;
