import { expect, it } from 'vitest'
import { pageFile } from './page-file.ts'

it('pageFile gives a page with its type and a policy that lets nothing in from elsewhere', async () => {
  const reply = await pageFile('index.html')
  expect(reply.headers.get('content-type')).toBe('text/html; charset=utf-8')
  expect(reply.headers.get('content-security-policy')).toContain("default-src 'self'")
  expect(await reply.text()).toContain('<title>millrace')
})

it.each(['../main.ts', 'none.css', '', '..', '%2e%2e/main.ts'])('pageFile has no %j', async (name) => {
  await expect(pageFile(name)).rejects.toMatchObject({ status: 404 })
})
