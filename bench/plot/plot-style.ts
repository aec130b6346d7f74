// The colours of text are such that it can be read where the page and the reader's system disagree.

/** Fonts and colours of the plots, on a light and on a dark page. */
export const plotStyle = `
text { font: 12px -apple-system, 'Segoe UI', Helvetica, Arial, sans-serif; fill: #656d76 }
.title { font-size: 17px; font-weight: 600 }
.name { font-size: 13px; font-weight: 600 }
.title, .name { fill: #454e58 }
.wait { font-variant-numeric: tabular-nums }
.grid { stroke: #8b949e; stroke-opacity: .25 }
.tick { stroke: #7d8590; stroke-width: 2; stroke-linecap: round }
.way { stroke-width: 1.2; stroke-opacity: .6 }
line.soon { stroke: #0a7ea4 }
line.late { stroke: #cf5b14 }
circle.soon, text.soon { fill: #0a7ea4 }
circle.late, text.late { fill: #cf5b14 }
@media (prefers-color-scheme: dark) {
  text { fill: #9198a1 }
  .title, .name { fill: #ccd3db }
  line.soon { stroke: #39b6dd }
  line.late { stroke: #f08a45 }
  circle.soon, text.soon { fill: #39b6dd }
  circle.late, text.late { fill: #f08a45 }
}
`
