import { describe, expect, it } from 'vitest'
import { checkExamples, findExamples, type Example } from './check-examples.ts'

const fence = '```'

// The type-checker and each program take a moment to start, more so on a busy machine.
const slow = { timeout: 60_000 }

function example(line: number, code: string): Example {
  return { page: 'docs/test.md', line, code }
}

function server(status: number, port = 3000): string {
  return `import http from 'node:http'
const server = http.createServer((_, nodeResponse) => nodeResponse.writeHead(${status}).end())
server.listen(${port}, () => console.log('http://localhost:${port}'))
`
}

describe('findExamples', () => {
  it('finds each ts block with the line of its fence, and leaves fragments and other languages out', () => {
    const text = `# A\n${fence}ts\nconst a = 1\n${fence}\n${fence}ts fragment\nb\n${fence}\n${fence}sh\nc\n${fence}\n`
    expect(findExamples('docs/a.md', text)).toEqual([{ page: 'docs/a.md', line: 2, code: 'const a = 1\n' }])
  })
})

describe('checkExamples', slow, () => {
  it('accepts a program that ends, and one that answers, whatever port it names', async () => {
    expect(await checkExamples([example(1, `console.log('done')\n`), example(9, server(404))])).toEqual([])
  })

  it('refuses a type error, with its line in the page', async () => {
    const [problem] = await checkExamples([example(7, `const a: string = 1\nconsole.log(a)\n`)])
    expect(problem).toMatch(/^docs\/test\.md\(8,7\): error TS2322/)
  })

  it('refuses a program that throws, and one that answers with 500', async () => {
    const problems = await checkExamples([example(1, `throw new Error('broken')\n`), example(5, server(500))])
    expect(problems[0]).toMatch(/^docs\/test\.md:1: the program ended with code 1\n[^]*broken/)
    expect(problems[1]).toMatch(/^docs\/test\.md:5: GET \/ was answered with 500/)
  })
})
