import { describe, expect, it } from 'vitest'
import { inspectorPage } from './inspector-page.ts'
import { moduleName, pageAsset } from './page-asset.ts'

describe('inspectorPage', () => {
  it('refers to nothing but its own files and streams, below its base', async () => {
    const text = await inspectorPage({ base: './inspect/' }).text()
    const links = [...text.matchAll(/(?:src|href|data-events|data-blocks)="([^"]*)"/g)].map(
      ([, link]) => link,
    )
    expect(links).toContain(`./inspect/assets/${moduleName('browser/main')}`)
    expect(links).toContain('./inspect/events')
    expect(links).toContain('./inspect/blocks')
    for (const link of links) {
      const [, name] = /^\.\/inspect\/(?:assets\/)?(.*)$/.exec(String(link)) ?? []
      expect(name).toBeDefined()
      if (link?.includes('/assets/')) await expect(pageAsset(String(name))).resolves.toBeInstanceOf(Response)
    }
  })

  it('has no script and no style written into it, as its policy wants', async () => {
    const reply = inspectorPage()
    expect(reply.headers.get('content-security-policy')).not.toContain('unsafe')
    const text = await reply.text()
    expect(text).not.toMatch(/<script>|<style|\sstyle=|\son\w+=/)
  })

  it('escapes its title', async () => {
    expect(await inspectorPage({ title: '<b>7</b>' }).text()).toContain('<title>&lt;b&gt;7&lt;/b&gt;</title>')
  })

  it('has a name and a role for each part of its tables', async () => {
    const text = await inspectorPage().text()
    const count = (pattern: RegExp): number => [...text.matchAll(pattern)].length
    expect(count(/<table role="table"[^>]*aria-labelledby="/g)).toBe(3)
    expect(count(/<th /g)).toBe(count(/<th role="columnheader" scope="col"/g))
  })
})
