import { html, type Html } from '../../../html/html.ts'

/** The style of a report: light and dark, from a phone's width on, without anything from elsewhere. */
export const pageStyle: Html = html`<style>
:root {
  color-scheme: light dark;
  --paper: #fff; --page: #f6f7f8; --ink: #1f2328; --soft: #59636e; --line: #d8dee4;
  --good: #0a7ea4; --good-ink: #08637f; --good-paper: #e6f4f8; --bad: #cf5b14; --bad-ink: #a3430a; --bad-paper: #fdf0e7;
  --code: #eff2f5;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #151b23; --page: #0d1117; --ink: #e6edf3; --soft: #9aa4af; --line: #30363d;
    --good: #39b6dd; --good-ink: #6ccbe8; --good-paper: #0f2a36; --bad: #f08a45; --bad-ink: #f5a871; --bad-paper: #34200f;
    --code: #212830;
  }
}
* { box-sizing: border-box }
body {
  margin: 0; background: var(--page); color: var(--ink);
  font: 16px/1.5 system-ui, -apple-system, 'Segoe UI', Roboto, Helvetica, Arial, sans-serif;
}
main, footer { max-width: 60rem; margin: 0 auto; padding: 1.5rem 1rem }
header p { margin: 0; color: var(--soft); font: .9rem/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; overflow-wrap: anywhere }
h1 { margin: .35rem 0 0; font-size: 1.6rem; line-height: 1.25; overflow-wrap: anywhere }
h2 { margin: 0 0 .75rem; font-size: 1.05rem }
h3 { margin: 1.25rem 0 .5rem; font-size: .95rem; color: var(--soft); font-weight: 600 }
section { margin-top: 1rem; padding: 1.1rem 1.2rem; background: var(--paper); border: 1px solid var(--line); border-radius: .6rem }
.verdict { display: inline-block; margin: .9rem 0 0; padding: .15rem .7rem; border-radius: 2rem; font-size: .9rem; font-weight: 600 }
.verdict.good { color: var(--good-ink); background: var(--good-paper) }
.verdict.bad { color: var(--bad-ink); background: var(--bad-paper) }
ul { margin: .5rem 0 0; padding-left: 1.2rem }
li { margin: .2rem 0; overflow-wrap: anywhere }
.plain { list-style: none; padding: 0 }
.icon { fill: none; stroke-width: 2.4; stroke-linecap: round; stroke-linejoin: round; margin-right: .4rem; vertical-align: -.15em }
.plot { display: block; overflow: visible; font-size: 12px }
.plot + h3 { margin-top: 1.5rem }
.plot text { fill: var(--soft); font-variant-numeric: tabular-nums }
.plot .label { fill: var(--ink); font-weight: 600; font-size: 13px }
.plot .level { paint-order: stroke; stroke: var(--paper); stroke-width: 4px }
.grid { stroke: var(--line); stroke-width: 1 }
.open { stroke: var(--soft); stroke-width: 1.5 }
.waiting { stroke: var(--soft); stroke-width: 1.5; stroke-dasharray: 1.5 5 }
.block { stroke-width: 3; stroke-linecap: round }
.steps { fill: none; stroke-width: 2.25; stroke-linejoin: round }
.good { stroke: var(--good) }
.bad { stroke: var(--bad) }
.unseen { stroke: var(--soft); opacity: .7 }
.cut { fill: var(--paper); stroke: var(--bad); stroke-width: 2.5 }
.key { display: flex; flex-wrap: wrap; gap: .25rem 1.2rem; margin: .9rem 0 0; color: var(--soft); font-size: .85rem }
.key span::before { content: ''; display: inline-block; width: .8em; height: .25em; margin: 0 .45em .2em 0; border-radius: 1em; background: currentColor }
.key .good::before { background: var(--good) }
.key .bad::before { background: var(--bad) }
.scroll { overflow-x: auto }
table { width: 100%; border-collapse: collapse; font-variant-numeric: tabular-nums }
caption { text-align: left; color: var(--soft); padding-bottom: .4rem; font-size: .9rem }
th, td { padding: .4rem .8rem .4rem 0; text-align: left; vertical-align: top; border-top: 1px solid var(--line); overflow-wrap: anywhere }
thead th, .corner { border-top: 0; font-size: .9rem }
tbody th { width: 8rem; color: var(--soft); font-weight: 400; overflow-wrap: normal }
td.number, th.number { text-align: right }
@media (max-width: 34rem) { tbody th { width: 5.5rem } .scroll { font-size: .92rem } section { padding: 1rem .9rem } }
.heard { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap }
details { margin-top: .9rem }
summary { cursor: pointer; color: var(--soft) }
summary:focus-visible, a:focus-visible, .scroll:focus-visible { outline: 2px solid var(--good); outline-offset: 2px; border-radius: .2rem }
code { padding: .1rem .35rem; border-radius: .3rem; background: var(--code); font: .875em ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; overflow-wrap: anywhere }
dl { margin: 0 }
dt { margin-top: .9rem }
dd { margin: .15rem 0 0; color: var(--soft) }
a { color: var(--good-ink) }
footer { padding-top: 0; color: var(--soft); font-size: .85rem }
@media print { body { background: none } section { break-inside: avoid } }
</style>`
