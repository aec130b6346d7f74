import { describe, expect, it } from 'vitest'
import { attributeFault, attributeFormat, hasTruthWords } from './attribute-format.ts'
import { HOLE } from './url-format.ts'

function write(element: string, name: string, value: string, isWhole = true): string {
  const verdict = attributeFormat({ element, name, before: '', isWhole })
  return verdict.kind === 'format' ? verdict.format(value) : `fault: ${verdict.fault}`
}

describe('attributeFormat', () => {
  it.each([
    ['a', 'href'],
    ['img', 'src'],
    ['form', 'action'],
    ['button', 'formaction'],
    ['object', 'data'],
    ['video', 'poster'],
    ['blockquote', 'cite'],
    ['use', 'xlink:href'],
    ['a', 'ping'],
    ['img', 'srcset'],
    ['link', 'imagesrcset'],
    ['set', 'to'],
    ['animate', 'values'],
    ['animate', 'from'],
  ])('G12: takes %s %s for a URL', (element, name) => {
    expect(write(element, name, 'javascript:alert(1)')).toBe('about:invalid#refused')
  })

  it('takes no other attribute for one', () => {
    expect(write('p', 'title', 'javascript:alert(1)')).toBe('javascript:alert(1)')
    expect(write('a', 'to', 'a:b')).toBe('a:b')
  })

  it('takes style for CSS', () => {
    const place = { element: 'p', name: 'style', before: 'color: ', isWhole: false }
    const verdict = attributeFormat(place)
    expect(verdict.kind === 'format' && verdict.format('a;b')).toBe('refused-value')
    expect(attributeFormat({ ...place, before: '', isWhole: true })).toMatchObject({ kind: 'fault' })
  })

  it.each([
    ['p', 'onclick', /event handler/],
    ['body', 'onload', /event handler/],
    ['iframe', 'srcdoc', /a page of its own/],
  ])('G12: gives a fault for %s %s', (element, name, fault) => {
    expect(write(element, name, 'x')).toMatch(fault)
  })

  it('gives a fault for a part of a list', () => {
    expect(write('a', 'ping', 'x', false)).toMatch(/give all of it as one value/)
  })
})

describe('attributeFault', () => {
  it('tells of a value in a scheme, of URLs alone', () => {
    const before = `${HOLE}:x`
    expect(attributeFault({ element: 'a', name: 'href', before, isWhole: false })).toMatch(/scheme of a URL/)
    expect(attributeFault({ element: 'a', name: 'title', before, isWhole: false })).toBe(undefined)
    expect(attributeFault({ element: 'a', name: 'href', before: 'a:b', isWhole: false })).toBe(undefined)
  })
})

describe('hasTruthWords', () => {
  it('is true where true and false are words', () => {
    expect(['aria-hidden', 'data-x', 'draggable', 'contenteditable'].every(hasTruthWords)).toBe(true)
    expect(['disabled', 'hidden', 'class'].some(hasTruthWords)).toBe(false)
  })
})
