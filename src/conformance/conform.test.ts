import { expect, onTestFinished, test } from 'vitest'
import { openAnswers } from '../../test/conformance/open-answers.ts'
import { conform, selectCases } from './conform.ts'
import type { CaseReport } from './running/conformance-report.ts'

async function open(answers: Record<string, string>): Promise<string> {
  const server = await openAnswers(answers)
  onTestFinished(() => server.close())
  return server.url
}

const hello = 'hello\n'

test('conform runs the cases of the guarantees that it is asked about', async () => {
  const url = await open({ '/hello': hello, '/empty': 'ab' })
  const seen: CaseReport[] = []
  const report = await conform(url, { only: ['G8'], onCase: (one) => seen.push(one) })
  expect(report.cases.map(({ name, kind }) => [name, kind])).toEqual([
    ['g8-http10', 'not offered'],
    ['g8-length', 'not offered'],
    ['g8-empty', 'kept'],
  ])
  expect(new Set(seen)).toEqual(new Set(report.cases))
  expect(report).toMatchObject({ protocol: 'HTTP/1.1', isKept: true, url: `${url}/` })
})

test('conform tells what is broken, and runs it twice', async () => {
  const url = await open({ '/hello': hello, '/empty': 'a' })
  const { cases, guarantees, isKept } = await conform(url, { filter: ({ name }) => name === 'g8-empty' })
  expect(cases).toMatchObject([{ kind: 'broken', figure: '"a"', runs: 2 }])
  expect(guarantees).toEqual([{ guarantee: 'G8', kind: 'broken', figure: '"a"', kept: 0, offered: 1 }])
  expect(isKept).toBe(false)
})

test('conform rejects where there is no server', async () => {
  const url = await open({})
  const port = Number(new URL(url).port)
  await expect(conform(url)).rejects.toMatchObject({
    name: 'ConformanceError',
    message: `Cannot ask 127.0.0.1:${port}: it has no /hello (the server answers 404); implement the endpoints of docs/conformance.md`,
  })
})

test('conform rejects where /hello says something else', async () => {
  await expect(conform(await open({ '/hello': 'goodbye' }))).rejects.toThrow('/hello does not answer hello')
})

test('conform rejects where nobody listens', async () => {
  await expect(conform('http://127.0.0.1:1')).rejects.toMatchObject({
    code: 'CANNOT_ASK',
    name: 'ConformanceError',
  })
})

test('conform rejects what is no address', async () => {
  await expect(conform('localhost:3000')).rejects.toThrow(
    'Cannot ask localhost:3000: give an address such as',
  )
})

test('conform shows no password of an address that it refuses', async () => {
  await expect(conform('ftp://me:secret@host')).rejects.toThrow('Cannot ask ftp://…@host: give an address')
})

test('conform says who asks with each request, and tells nobody else', async () => {
  const seen = new Set<unknown>()
  const server = await openAnswers((request, response) => {
    seen.add(request.headers.authorization)
    if (request.headers.authorization === undefined) response.writeHead(401)
    response.end(request.url === '/hello' ? hello : 'ab')
  })
  onTestFinished(() => server.close())
  const address = server.url.replace('//', '//me:secret@')
  // The second one writes its request by hand.
  const names = ['g8-empty', 'g10-half-closed']
  const report = await conform(address, { filter: ({ name }) => names.includes(name) })
  expect(report.cases).toMatchObject([{ kind: 'kept' }, { name: 'g10-half-closed' }])
  expect([...seen]).toEqual(['Basic bWU6c2VjcmV0'])
  expect(report.url).toBe(`${server.url}/`)
  expect(JSON.stringify(report)).not.toMatch(/secret|bWU6c2VjcmV0/)
  await expect(conform(server.url)).rejects.toThrow('401')
})

test('selectCases refuses options that leave none', () => {
  expect(() => selectCases({ only: ['G1'], filter: () => false })).toThrow(RangeError)
})
