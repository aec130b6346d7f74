// The document of the inspector: what it looks like before its script fills it, and without one.
import { type Html, html, page } from '../../html/html.ts'
import type { Reply } from '../../reply/reply.ts'
import { moduleName, pageHeaders } from './page-asset.ts'

export interface InspectorPageInit {
  /** What the links of the page begin with, `./` by default: the assets are at `assets/` after it, the feed at `events`. */
  base?: string
  /** What the window is called, `millrace inspector` by default. */
  title?: string
}

interface Column {
  name: string
  title: string
  isNumber?: true
}

const inFlight: readonly Column[] = [
  { name: 'route', title: 'Reply' },
  { name: 'client', title: 'Client' },
  { name: 'protocol', title: 'Protocol' },
  { name: 'encoding', title: 'Encoding' },
  { name: 'blocks', title: 'Blocks', isNumber: true },
  { name: 'bytes', title: 'Bytes', isNumber: true },
  { name: 'rate', title: 'Rate', isNumber: true },
  { name: 'waited', title: 'Block waited', isNumber: true },
  { name: 'waits', title: 'Waits for' },
]

const ended: readonly Column[] = [
  { name: 'route', title: 'Reply' },
  { name: 'client', title: 'Client' },
  { name: 'protocol', title: 'Protocol' },
  { name: 'status', title: 'Status', isNumber: true },
  { name: 'blocks', title: 'Blocks', isNumber: true },
  { name: 'bytes', title: 'Bytes', isNumber: true },
  { name: 'took', title: 'Took', isNumber: true },
  { name: 'when', title: 'Ended', isNumber: true },
  { name: 'how', title: 'How' },
]

/** The page of the inspector; it loads nothing from elsewhere, and its script and style are files beside it. */
export function inspectorPage({ base = './', title = 'millrace inspector' }: InspectorPageInit = {}): Reply {
  const body = html`<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <title>${title}</title>
    <link rel="icon" href="${`${base}assets/icon.svg`}">
    <link rel="stylesheet" href="${`${base}assets/uplot.css`}">
    <link rel="stylesheet" href="${`${base}assets/page.css`}">
    <script src="${`${base}assets/uplot.js`}" defer></script>
    <script type="module" src="${`${base}assets/${moduleName('browser/main')}`}"></script>
  </head>
  <body data-events="${`${base}events`}">
    ${header()}
    <main>
      ${toolbar()}
      ${inFlightSection()}
      ${timelineSection(base)}
      ${endedSection()}
    </main>
    <footer><span id="process"></span> The inspector’s own replies are left out.</footer>
    <p class="unseen" role="status" id="said"></p>
  </body>
</html>
`
  return page(body, { headers: pageHeaders })
}

function header(): Html {
  return html`<header class="top">
      <p class="mark">
        <svg viewBox="0 0 32 32" aria-hidden="true"><path d="M3 11q6.5-6 13 0t13 0M3 21q6.5-6 13 0t13 0"/></svg>
        millrace <span>inspector</span>
      </p>
      <p class="link" id="link" data-state="connecting"><span class="lamp" aria-hidden="true"></span><span id="link-text">Connecting…</span></p>
      <noscript><p class="note">This page needs its script: allow scripts of this server.</p></noscript>
    </header>`
}

function toolbar(): Html {
  return html`<h1 class="unseen">Replies of this server</h1>
      <div class="bar">
        <dl class="facts">
          <div><dt>In flight</dt><dd id="fact-in-flight">–</dd></div>
          <div><dt>Wait for the application</dt><dd id="fact-application">–</dd></div>
          <div><dt>Wait for the client</dt><dd id="fact-client">–</dd></div>
          <div class="alarm"><dt>Stalled clients</dt><dd id="fact-stalled">–</dd></div>
          <div><dt>Sent now</dt><dd id="fact-rate">–</dd></div>
        </dl>
        <div class="tools">
          <label class="filter"><span class="unseen">Filter by reply, client, protocol, encoding or ending</span>
            <input type="search" id="filter" placeholder="Filter" autocomplete="off" spellcheck="false"></label>
          <button type="button" id="pause" aria-pressed="false">Pause</button>
        </div>
      </div>`
}

function inFlightSection(): Html {
  return html`<section aria-labelledby="in-flight-title">
        <h2 id="in-flight-title">In flight <span class="count" id="in-flight-count"></span></h2>
        ${table('in-flight', inFlight)}
        <p class="empty" id="in-flight-empty" hidden></p>
      </section>`
}

function timelineSection(base: string): Html {
  return html`<section class="timeline" id="timeline" aria-labelledby="timeline-title" data-blocks="${`${base}blocks`}">
        <div class="title">
          <h2 id="timeline-title">Blocks <span class="count" id="timeline-name"></span></h2>
          <button type="button" id="timeline-close" hidden>Close</button>
        </div>
        <p class="empty" id="timeline-empty">Choose a reply to see when each of its blocks left.
          <span class="keys">With the keyboard: <kbd>Up</kbd> and <kbd>Down</kbd>, then <kbd>Enter</kbd>; <kbd>Esc</kbd> puts it away.</span></p>
        <dl class="details" id="timeline-facts" hidden></dl>
        <p class="empty" id="timeline-note" hidden></p>
        <figure id="timeline-figure" hidden>
          <div class="plot" id="plot" role="img" aria-labelledby="plot-caption"></div>
          <figcaption>
            <p id="plot-caption"></p>
            <p class="legend" aria-hidden="true"><span id="plot-cursor"></span><span class="key-block">a block</span><span class="key-wait">the client does not read</span></p>
          </figcaption>
          <details id="last-blocks">
            <summary>The last blocks as a table</summary>
            ${table('blocks', [
              { name: 'number', title: 'Block', isNumber: true },
              { name: 'at', title: 'Left after', isNumber: true },
              { name: 'gap', title: 'Gap before', isNumber: true },
              { name: 'size', title: 'Bytes', isNumber: true },
            ])}
          </details>
        </figure>
      </section>`
}

function endedSection(): Html {
  return html`<section aria-labelledby="ended-title">
        <h2 id="ended-title">Ended <span class="count" id="ended-count"></span></h2>
        ${table('ended', ended)}
        <p class="empty" id="ended-empty" hidden></p>
      </section>`
}

// The roles are those of the elements: they are written out because a narrow window lays the rows out as cards, and
// an element whose `display` is another one may lose its role.
function table(name: string, columns: readonly Column[]): Html {
  const heads = columns.map(
    (column) =>
      html`<th role="columnheader" scope="col" class="${[`c-${column.name}`, column.isNumber ? 'number' : '']}">${column.title}</th>`,
  )
  return html`<div class="scroll" id="${`${name}-scroll`}">
          <table role="table" class="${name === 'blocks' ? 'blocks' : 'replies'}" id="${`${name}-table`}" aria-labelledby="${name === 'blocks' ? 'timeline-title' : `${name}-title`}">
            <thead role="rowgroup"><tr role="row">${heads}</tr></thead>
            <tbody role="rowgroup" id="${`${name}-rows`}"></tbody>
          </table>
        </div>`
}
