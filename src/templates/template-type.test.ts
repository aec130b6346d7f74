import { describe, expect, it } from 'vitest'
import { templateType } from './template-type.ts'

describe('templateType', () => {
  it.each([
    ['page.html', 'text/html; charset=utf-8'],
    ['views/page.html.njk', 'text/html; charset=utf-8'],
    ['feed.xml.j2', 'application/xml'],
    ['mail.txt', 'text/plain; charset=utf-8'],
    ['app.js.jinja2', 'text/javascript; charset=utf-8'],
    ['page.liquid', 'text/html; charset=utf-8'],
    ['v1.2/page', 'text/html; charset=utf-8'],
    ['page', 'text/html; charset=utf-8'],
    ['page.unheardof', 'text/html; charset=utf-8'],
  ])('of %s is %s', (name, type) => {
    expect(templateType(name)).toBe(type)
  })
})
