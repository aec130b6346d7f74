// Text that would be more than text wherever it is written without care.
import fc from 'fast-check'

const pieces = [
  ...'"\'`,;\t\r\n\0\\/<>&= %#:()[]{}|@+-*!?$_.~^é😀',
  '\r\n',
  '\r\n\r\n',
  '""',
  '\u2028',
  '\u2029',
  '\u0085',
  '\u000b',
  '\u000c',
  '\ufeff',
  '\ud83d',
  '\ude00',
  '</script>',
  '</SCRIPT ',
  '<script>',
  '</style>',
  '</title>',
  '</textarea>',
  '<!--',
  '-->',
  ']]>',
  '&quot;',
  '&#0;',
  'javascript:',
  'data:text/html,',
  '=cmd()',
  '@SUM(1)',
  '＝1',
  '__proto__',
  '--boundary',
  '\r\n--boundary--\r\n',
  '{"a":1}',
  '${x}',
  '../',
  "UTF-8''",
  '%0d%0a',
  '\\u0022',
  'x'.repeat(200),
]

const short = fc.array(fc.constantFrom(...pieces), { maxLength: 12 }).map((all) => all.join(''))
const long = fc
  .tuple(fc.constantFrom(...pieces), fc.integer({ min: 500, max: 20_000 }))
  .map(([piece, count]) => piece.repeat(Math.ceil(count / piece.length)))

/** Any text, and every kind of it that has ever broken a format. */
export const hostileText: fc.Arbitrary<string> = fc.oneof(
  { weight: 8, arbitrary: short },
  { weight: 3, arbitrary: fc.string({ unit: 'binary', maxLength: 60 }) },
  {
    weight: 2,
    arbitrary: fc
      .array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 40 })
      .map((units) => String.fromCharCode(...units)),
  },
  { weight: 1, arbitrary: long },
)
