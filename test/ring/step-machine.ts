// The writer and the reader of the ring as machines that stop before each access to shared memory. They are made of
// the source itself, by these rules and no others:
//
// * every method becomes a generator, and a call of a method (or of `take`) a `yield*` of it;
// * every call of `Atomics` or of `wake`, and every load or store of a word of the memory, becomes a `yield` of a
//   function that does it: the one who drives the machine calls it, and sends back what it gave;
// * private names become public, so that states can be compared.
import { readFileSync } from 'node:fs'
import { stripTypeScriptTypes } from 'node:module'
import { fileURLToPath } from 'node:url'
import { compileFunction } from 'node:vm'
import { parseSync, Visitor } from 'oxc-parser'
import * as ringMemory from '../../src/server/ring/ring-memory.ts'

/** One access to what both sides share. */
export interface Step {
  /** As it stands in the source. */
  name: string
  run: () => unknown
  /** A step that waits is only taken when this is true. */
  isReady?: () => boolean
}

/** What is sent back into it is what `run` gave. */
export type Steps<T> = Generator<Step, T, unknown>

export interface WriterMachine {
  reserve: (size: number) => Steps<number>
  reserveMore: (type: number, id: number, size: number) => Steps<number>
  put: (type: number, id: number, size: number) => Steps<void>
  publish: () => Steps<void>
}

export type Take = (type: number, id: number, start: number, end: number) => Steps<void>

export interface ReaderMachine {
  read: (take: Take, limit?: number) => Steps<boolean>
  sleep: () => Steps<boolean>
}

export type MachineClass<T> = new (memory: SharedArrayBuffer, wake: () => void) => T

/** A change of the source: the text to find, and what stands there instead. */
export type Mutation = readonly [find: string, instead: string]

/** The writer's class as a step machine, with faults built in if wanted. */
export function toWriterMachine(...mutations: Mutation[]): MachineClass<WriterMachine> {
  return compile('RingWriter', mutate('ring-writer', mutations))
}

/** The reader's class as a step machine, with faults built in if wanted. */
export function toReaderMachine(...mutations: Mutation[]): MachineClass<ReaderMachine> {
  return compile('RingReader', mutate('ring-reader', mutations))
}

function mutate(file: string, mutations: readonly Mutation[]): string {
  const path = fileURLToPath(new URL(`../../src/server/ring/${file}.ts`, import.meta.url))
  return mutations.reduce(
    (source, [find, instead]) => {
      if (source.split(find).length !== 2)
        throw new Error(`Cannot mutate ${file}: "${find}" is not there once`)
      return source.replace(find, () => instead)
    },
    readFileSync(path, 'utf8'),
  )
}

function compile<T>(name: string, source: string): MachineClass<T> {
  const code = toSteps(stripTypeScriptTypes(source)).replaceAll(/#(\w+)/g, '_$1')
  const make = compileFunction(`${code}\nreturn ${name}`, Object.keys(ringMemory))
  const made: MachineClass<T> = make(...Object.values(ringMemory))
  return made
}

function toSteps(code: string): string {
  const parsed = parseSync('ring.js', code)
  const fault = parsed.errors[0]
  if (fault) throw new SyntaxError(`Cannot parse the source of the ring: ${fault.message}`)
  const inserts: { at: number; text: string }[] = []
  const removals: { start: number; end: number }[] = []
  const methods = new Set<string>()
  const textOf = ({ start, end }: { start: number; end: number }): string => code.slice(start, end)
  const isWord = (node: { type: string; start: number; end: number }): boolean =>
    node.type === 'MemberExpression' && /^(?:this\.#)?words\[/.test(textOf(node))
  const assigned = new Set<number>()
  const insert = (before: string, node: { start: number; end: number }, after: string): void => {
    inserts.push({ at: node.start, text: before }, { at: node.end, text: after })
  }
  const step = (node: { start: number; end: number }): void => {
    insert(`(yield { name: ${JSON.stringify(textOf(node))}, run: () => `, node, ' })')
  }
  let isConstructor = false
  const collect = new Visitor({
    MethodDefinition(node) {
      if (node.kind === 'method') methods.add(`this.${textOf(node.key)}`)
    },
  })
  const visitor = new Visitor({
    ImportDeclaration: (node) => void removals.push(node),
    ExportNamedDeclaration: (node) =>
      void removals.push({ start: node.start, end: node.start + 'export '.length }),
    MethodDefinition(node) {
      isConstructor = node.kind === 'constructor'
      if (node.kind === 'method') inserts.push({ at: node.start, text: '*' })
    },
    // A line must not begin with a bracket where no semicolon ends the one before.
    ExpressionStatement({ start, expression }) {
      const isStore = expression.type === 'AssignmentExpression' && isWord(expression.left)
      if (isStore || expression.type === 'CallExpression') inserts.push({ at: start, text: 'void ' })
    },
    AssignmentExpression(node) {
      if (!isWord(node.left)) return
      assigned.add(node.left.start)
      step(node)
    },
    MemberExpression(node) {
      if (isWord(node) && !assigned.has(node.start)) step(node)
    },
    CallExpression(node) {
      const callee = textOf(node.callee)
      if (isConstructor) return
      if (callee.startsWith('Atomics.') || callee === 'this.#wake') step(node)
      else if (callee === 'take' || methods.has(callee)) insert('(yield* ', node, ')')
    },
  })
  collect.visit(parsed.program)
  visitor.visit(parsed.program)
  return splice(code, inserts, removals)
}

function splice(
  code: string,
  inserts: readonly { at: number; text: string }[],
  removals: readonly { start: number; end: number }[],
): string {
  const edits = [
    ...inserts.toReversed().map(({ at, text }) => ({ start: at, end: at, text })),
    ...removals.map(({ start, end }) => ({ start, end, text: '' })),
  ]
  return edits
    .toSorted((a, b) => b.start - a.start)
    .reduce((text, edit) => text.slice(0, edit.start) + edit.text + text.slice(edit.end), code)
}
