import { describe, expect, it } from 'vitest'
import { checkLayers } from './check-layers.ts'

const check = (tree: Record<string, string>, allowed = {}) =>
  checkLayers(new Map(Object.entries(tree)), allowed)

describe('checkLayers', () => {
  it('accepts imports of the own folder and of lower ones, and doors that compose', () => {
    const problems = check({
      'src/index.ts': `export { serve } from './server/serve.ts'`,
      'src/body/blocks.ts': 'export const blocks = 1',
      'src/body/batch.ts': `import { blocks } from './blocks.ts'\nexport const batch = blocks`,
      'src/body/index.ts': `export { batch } from './batch.ts'`,
      'src/server/serve.ts': `import http from 'node:http'\nimport type { blocks } from '../body/blocks.ts'`,
      'src/body/batch.test.ts': `import { Readable } from 'node:stream'\nimport { batch } from './batch.ts'`,
    })
    expect(problems).toEqual([])
  })

  it.each([
    ['upward', 'src/body/blocks.ts', `import { reply } from '../reply/reply.ts'`, 'reply is above body'],
    ['sideways', 'src/reply/reply.ts', `import { x } from '../context/x.ts'`, 'context is beside reply'],
    ['type-only', 'src/body/blocks.ts', `import type { A } from '../server/a.ts'`, 'server is above body'],
    ['inline type', 'src/body/a.ts', `type A = import('../server/a.ts').A`, 'server is above body'],
    ['dynamic', 'src/body/a.ts', `await import('../server/a.ts')`, 'server is above body'],
    ['re-export', 'src/body/index.ts', `export { a } from '../reply/a.ts'`, 'reply is above body'],
    [
      'barrel',
      'src/reply/reply.ts',
      `import { x } from '../body/index.ts'`,
      'import the file that defines it',
    ],
    ['own barrel', 'src/body/a.ts', `import { x } from './index.ts'`, 'import the file that defines it'],
    ['door', 'src/server/serve.ts', `import { x } from '../index.ts'`, 'nobody imports a door'],
    ['package', 'src/server/serve.ts', `import { x } from 'millrace'`, 'not by the name of the package'],
    ['outside', 'src/server/serve.ts', `import { x } from '../../demo/x.ts'`, 'it is outside src'],
    ['upward test', 'src/body/a.test.ts', `import { x } from '../server/x.ts'`, 'server is above body'],
    ['socket', 'src/body/blocks.ts', `import net from 'node:net'`, 'know sockets'],
    ['socket type', 'src/reply/a.ts', `import type { Server } from 'node:http'`, 'know sockets'],
    ['socket above', 'src/middleware/a.ts', `import net from 'node:net'`, 'know sockets'],
    ['stream', 'src/body/blocks.ts', `import { Readable } from 'node:stream'`, 'knows no streams'],
    ['built-in', 'src/body/blocks.ts', `import fs from 'node:fs'`, 'or do without'],
  ])('refuses: %s', (_, path, text, message) => {
    const problems = check({ [path]: text })
    expect(problems).toHaveLength(1)
    expect(problems[0]).toContain(`${path}:1 `)
    expect(problems[0]).toContain(message)
  })

  it('accepts a built-in module only in the file that is listed with it', () => {
    const text = `import fs from 'node:fs'`
    const allowed = { 'src/body/file.ts': ['node:fs'] }
    expect(check({ 'src/body/file.ts': text }, allowed)).toEqual([])
    expect(check({ 'src/body/other.ts': text }, allowed)).toHaveLength(1)
  })

  it('refuses a folder that is in no layer, and a file that is no door', () => {
    expect(check({ 'src/lib/a.ts': '' })[0]).toContain('in no layer')
    expect(check({ 'src/a.ts': '' })[0]).toContain('only the doors')
  })

  it('refuses a cycle, even of types, once', () => {
    const problems = check({
      'src/body/a.ts': `import { b } from './b.ts'`,
      'src/body/b.ts': `import { c } from './c.ts'`,
      'src/body/c.ts': `import type { A } from './a.ts'`,
    })
    expect(problems).toEqual([
      'These files import each other: src/body/a.ts → src/body/b.ts → src/body/c.ts → src/body/a.ts',
    ])
  })
})
