import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { type GivenValues, readSettings } from './read-settings.ts'

const address = 'http://localhost:3000/rows'
const read = (values: GivenValues = {}, url = address) => readSettings(url, values)
const fieldsOf = async (values: GivenValues, url?: string) => (await read(values, url)).options.headers

async function writeTemporary(text: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'millrace-probe-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  await writeFile(join(folder, 'body'), text)
  return join(folder, 'body')
}

describe('readSettings', () => {
  it('asks by the defaults of the probe where nothing is said', async () => {
    const { url, through, throughHeaders, options, ...rest } = await read()
    expect(url.href).toBe(address)
    expect([through, throughHeaders]).toEqual([undefined, undefined])
    const said = Object.entries(options).filter(([, value]) => value !== undefined)
    expect(Object.fromEntries(said)).toEqual({ headers: [], insecure: false })
    expect(rest).toEqual({
      isInTurn: false,
      isJson: false,
      isQuiet: false,
      isColored: undefined,
      html: undefined,
    })
  })

  it('reads what there is to say', async () => {
    const settings = await read({
      method: ['PUT'],
      http: ['2'],
      connections: ['5'],
      for: ['30s'],
      'max-bytes': ['10MB'],
      expect: ['every 200ms', '10 blocks'],
      through: ['https://www.example'],
      'in-turn': ['true'],
      json: ['true'],
      quiet: ['true'],
      color: ['false'],
      insecure: ['true'],
      html: ['report.html'],
    })
    expect(settings.options).toMatchObject({
      method: 'PUT',
      protocol: 'HTTP/2',
      connections: 5,
      duration: 30_000,
      maxBytes: 10_000_000,
      expect: 'every 200ms, 10 blocks',
      insecure: true,
    })
    expect(settings.through?.href).toBe('https://www.example/rows')
    expect(settings).toMatchObject({
      isInTurn: true,
      isJson: true,
      isQuiet: true,
      isColored: false,
      html: 'report.html',
    })
  })

  it('sends fields, cookies and who asks', async () => {
    expect(
      await fieldsOf({ header: ['Accept: text/csv', 'X-A: 1'], cookie: ['a=1', 'b=2'], bearer: ['abc'] }),
    ).toEqual([
      ['Accept', 'text/csv'],
      ['X-A', '1'],
      ['Cookie', 'a=1; b=2'],
      ['Authorization', 'Bearer abc'],
    ])
    expect(await fieldsOf({ user: ['käthe:geheim:1'] })).toEqual([
      ['Authorization', `Basic ${Buffer.from('käthe:geheim:1').toString('base64')}`],
    ])
  })

  it('takes name and password out of the address, so that no report shows them', async () => {
    const { url, options } = await read({}, 'http://me:p%40ss@localhost:3000/rows')
    expect(url.href).toBe(address)
    expect(options.headers).toEqual([['Authorization', `Basic ${Buffer.from('me:p@ss').toString('base64')}`]])
  })

  it('takes them out of the address of the proxy, too, and sends them to nobody else', async () => {
    const given = { through: ['http://bob:p%40ss@www.example'], bearer: ['abc'], header: ['X-A: 1'] }
    const { through, throughHeaders, options } = await read(given)
    expect(through?.href).toBe('http://www.example/rows')
    expect(throughHeaders).toEqual([
      ['X-A', '1'],
      ['Authorization', `Basic ${Buffer.from('bob:p@ss').toString('base64')}`],
    ])
    expect(options.headers).toEqual([
      ['X-A', '1'],
      ['Authorization', 'Bearer abc'],
    ])
  })

  it('sends the proxy what the server is sent, where its address names nobody', async () => {
    const { throughHeaders } = await read(
      { through: ['www.example'] },
      'http://me:secret@localhost:3000/rows',
    )
    expect(throughHeaders).toBeUndefined()
  })

  it('prefers a field, or --user, to the address', async () => {
    const named = 'http://me:secret@localhost:3000/rows'
    const field = ['authorization', 'Bearer abc']
    expect(await fieldsOf({ header: ['authorization: Bearer abc'] }, named)).toEqual([field])
    const basic = `Basic ${Buffer.from('you:other').toString('base64')}`
    expect(await fieldsOf({ user: ['you:other'] }, named)).toEqual([['Authorization', basic]])
  })

  it('refuses --bearer beside an address that names somebody', async () => {
    await expect(read({ bearer: ['abc'] }, 'http://me:secret@localhost:3000/rows')).rejects.toThrow(
      'Cannot use --user and --bearer together',
    )
  })

  it.each([
    ['{"a":1}', 'application/json'],
    ['[1,', 'application/x-www-form-urlencoded'],
    ['a=1&b=2', 'application/x-www-form-urlencoded'],
  ])('sends the body %s as %s', async (body, type) => {
    const { options } = await read({ data: [body] })
    expect(options).toMatchObject({ body, headers: [['Content-Type', type]] })
  })

  it('leaves the type of the body to a field that says it', async () => {
    expect(await fieldsOf({ data: ['{}'], header: ['content-type: text/plain'] })).toEqual([
      ['content-type', 'text/plain'],
    ])
  })

  it('reads the body from a file, and from its input', async () => {
    const file = await writeTemporary('{"from":"file"}')
    expect(String((await read({ data: [`@${file}`] })).options.body)).toBe('{"from":"file"}')
    async function* input() {
      yield new TextEncoder().encode('from ')
      yield new TextEncoder().encode('input')
    }
    const { options } = await readSettings(address, { data: ['@-'] }, input())
    expect(String(options.body)).toBe('from input')
  })

  it('reads certificates', async () => {
    const file = await writeTemporary('-----BEGIN CERTIFICATE-----')
    expect(String((await read({ ca: [file] })).options.ca)).toBe('-----BEGIN CERTIFICATE-----')
  })

  it.each<[string, GivenValues, string]>([
    ['--http=3', { http: ['3'] }, 'Cannot use --http=3: it is one of 1.0, 1.1 and 2'],
    ['no connections', { connections: ['0'] }, 'Cannot use --connections=0: say a number from 1 to 100'],
    ['too many connections', { connections: ['1000'] }, 'say a number from 1 to 100'],
    ['a time that is none', { for: ['soon'] }, 'Cannot use --for=soon'],
    ['a size that is none', { 'max-bytes': ['much'] }, 'Cannot use --max-bytes=much'],
    ['an expectation that is none', { expect: ['quickly'] }, 'Cannot read the expectation "quickly"'],
    ['a field without a colon', { header: ['Accept'] }, "write -H 'Name: value'"],
    ['two names', { user: ['a:b'], bearer: ['c'] }, 'Cannot use --user and --bearer together'],
    ['no password', { user: ['a'] }, 'say --user name:password'],
    ['a method of two words', { method: ['GET it'] }, 'it is one word, such as POST'],
    [
      'no such body',
      { data: ['@/no/such/file'] },
      'Cannot read /no/such/file for --data: there is no such file',
    ],
    ['no such certificates', { ca: ['/no/such/file'] }, 'Cannot read /no/such/file for --ca'],
    ['a proxy that is none', { through: ['ftp://x'] }, 'only http:// and https:// can be asked'],
  ])('refuses %s', async (_, values, message) => {
    await expect(read(values)).rejects.toMatchObject({
      code: 'USAGE',
      message: expect.stringContaining(message),
    })
  })
})
