type Attributes = Readonly<Record<string, string | number>>

/** One SVG element as text; the children are elements, or text that `svgText` has escaped. */
export function svgElement(name: string, attributes: Attributes, ...children: readonly string[]): string {
  const pairs = Object.entries(attributes).map(([key, value]) => ` ${key}="${formatValue(value)}"`)
  const start = `<${name}${pairs.join('')}`
  return children.length === 0 ? `${start}/>` : `${start}>${children.join('')}</${name}>`
}

/** A text element. */
export function svgLabel(text: string, attributes: Attributes): string {
  return svgElement('text', attributes, svgText(text))
}

/** Text as it stands between tags and in attributes. */
export function svgText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;')
}

// A tenth of a pixel is finer than any screen.
function formatValue(value: string | number): string {
  return typeof value === 'number' ? String(Math.round(value * 10) / 10) : svgText(value)
}
