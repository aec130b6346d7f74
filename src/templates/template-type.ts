import { contentType } from 'mime-types'

const engines = /\.(?:njk|nunjucks|j2|jinja2?|liquid|tmpl|tpl)$/i

/** The content type of what a template makes, by its name: `feed.xml.j2` is XML; HTML where the name does not tell. */
export function templateType(name: string): string {
  const plain = name.replace(engines, '').replace(/^.*[/\\]/, '')
  const known = plain.includes('.') && contentType(plain)
  return known || 'text/html; charset=utf-8'
}
