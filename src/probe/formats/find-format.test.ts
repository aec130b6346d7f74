import { expect, it } from 'vitest'
import { findFormat, guessFormat } from './find-format.ts'

it.each([
  ['text/event-stream', 'sse'],
  ['Text/CSV; header=present', 'csv'],
  ['application/x-ndjson; charset=utf-8', 'ndjson'],
  ['application/json', 'json'],
  ['application/problem+json', 'json'],
  ['text/html;charset=utf-8', 'html'],
  ['multipart/mixed; boundary=a', 'multipart'],
  ['text/plain', 'text'],
  ['image/svg+xml', 'text'],
  ['application/octet-stream', 'binary'],
  ['toString', 'binary'],
])('findFormat reads %s as %s', (type, format) => {
  expect(findFormat(type)).toBe(format)
})

it.each([
  ['<!DOCTYPE html>', 'html'],
  [' <html>', 'html'],
  ['data: 1\n', 'sse'],
  [': ping\n', 'sse'],
  ['{"a":1}', 'json'],
  ['[1]', 'json'],
  ['hello', 'text'],
  ['\u{1f}\u{8b}', 'binary'],
])('guessFormat takes %j for %s', (text, format) => {
  expect(guessFormat(Buffer.from(text, 'latin1'))).toBe(format)
})
