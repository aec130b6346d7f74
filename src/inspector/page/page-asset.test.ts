import { readdirSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { moduleName, moduleNames, pageAsset } from './page-asset.ts'

const source = (folder: string): string[] =>
  readdirSync(new URL(`${folder}/`, import.meta.url))
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
    .map((name) => `${folder}/${name.slice(0, -3)}`)

describe('pageAsset', () => {
  it('serves every module of the page', () => {
    expect(moduleNames.toSorted()).toEqual([...source('browser'), ...source('model')].toSorted())
  })

  it.each(moduleNames)('serves %s as a script whose imports are served too', async (name) => {
    const asset = await pageAsset(moduleName(name))
    expect(asset.headers.get('content-type')).toBe('text/javascript;charset=UTF-8')
    const text = await asset.text()
    expect(text).not.toMatch(/^import type|^export (?:interface|type)|: readonly /m)
    for (const [, from = ''] of text.matchAll(/^import .* from '(.*)'/gm)) {
      const path = new URL(from, `http://page/${name}`).pathname.slice(1)
      await expect(pageAsset(path)).resolves.toBeInstanceOf(Response)
    }
  })

  it('serves the plot from its package, and the style', async () => {
    expect(await (await pageAsset('uplot.js')).text()).toContain('var uPlot=')
    expect(await (await pageAsset('uplot.css')).text()).toContain('.uplot')
    const style = await pageAsset('page.css')
    expect(style.headers.get('content-type')).toBe('text/css;charset=UTF-8')
    expect(await style.text()).toContain('prefers-reduced-motion')
  })

  it.each(['', 'page-asset.ts', '../page-asset.ts', 'browser/tsconfig.json', 'toString', 'browser/main'])(
    'does not serve %j',
    async (name) => {
      await expect(pageAsset(name)).rejects.toMatchObject({ status: 404 })
    },
  )

  it('lets nothing in from elsewhere', async () => {
    const { headers } = await pageAsset('icon.svg')
    expect(headers.get('content-security-policy')).toContain("default-src 'none'")
    expect(headers.get('content-security-policy')).not.toContain('unsafe')
    expect(headers.get('x-content-type-options')).toBe('nosniff')
  })
})
