// Flask's `stream_template`: a Jinja page whose beginning is with the browser while its rows are still being read.
import nunjucks from 'nunjucks'
import { serve } from 'millrace'
import type { Routes } from 'millrace/gateway'
import { jinja, template } from 'millrace/templates'

const engine = jinja(nunjucks, {
  templates: {
    'layout.html':
      '<!doctype html><title>{% block title %}{% endblock %}</title>{% block body %}{% endblock %}',
    'timeline.html': `{% extends "layout.html" %}
{% block title %}{{ title }}{% endblock %}
{% block body %}<ol>{% for entry in entries %}<li>{{ entry }}</li>{% endfor %}</ol>{% endblock %}`,
  },
})

/** The entries of a timeline: read while the page is sent, and closed with it. */
export type ReadEntries = () => Iterable<string> | AsyncIterable<string>

/** `/` sends every piece of the page as it is made; `/grouped` joins five of them, as `enable_buffering(5)` does. */
export function timeline(readEntries: ReadEntries): Routes {
  const page = () => {
    const data = { title: 'Timeline', entries: readEntries() }
    return template(engine, 'timeline.html', data, { delivery: 'block' })
  }
  const grouped = () => {
    const pieces = page()
    pieces.enableBuffering(5)
    return pieces
  }
  return { '/': page, '/grouped': grouped }
}

async function* slowEntries(): AsyncGenerator<string> {
  for (const entry of ['left Lyon', 'passed <Basel>', 'arrived in Köln']) {
    yield entry
    await new Promise((resolve) => setTimeout(resolve, 1000))
  }
}

if (import.meta.main) {
  const server = await serve({ port: Number(process.env['PORT'] ?? 0), routes: timeline(slowEntries) })
  console.log(server.url)
}
