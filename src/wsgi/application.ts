// PEP 3333 on one screen: what an application is called with, and what it answers.
import type { Bytes, flush } from '../body/block.ts'
import type { Context } from '../context/context.ts'
import type { FileWrapper, WrappedFile } from './environ/file-wrapper.ts'

/**
 * Answers a request: calls `startResponse` before its first non-empty block, and returns the blocks of the body. A
 * generator function is one. It is called once for each request, with two arguments.
 */
export type Application = (environ: Environ, startResponse: StartResponse) => Body | PromiseLike<Body>

/** Blocks, each sent before the next is asked for; an empty one sends nothing. `close()`, where there is one, is called once. */
export type Body = Iterable<WsgiBlock> | AsyncIterable<WsgiBlock>

/** Bytes, or millrace's `flush`. Text is refused: only the application knows how it is encoded. */
export type WsgiBlock = Bytes | typeof flush

/**
 * Says what the head will be. It goes out with the first non-empty block and may be replaced until then, by a call that
 * gives the error which is the reason.
 * @throws WsgiError for a malformed head, or a second call without an error; `error` itself when the head has gone out.
 */
export type StartResponse = (status: string, headers: readonly HeaderPair[], error?: unknown) => Write

export type HeaderPair = readonly [name: string, value: string]

/** Sends a block ahead of the returned ones; resolves when it has been handed on. Await it. */
export type Write = (block: Bytes) => Promise<void>

/** What the server tells an application, as a plain object that it may change. Text stands for bytes, as latin1. */
export interface Environ {
  REQUEST_METHOD: string
  /** The part of the path that has led to the application. */
  SCRIPT_NAME: string
  /** The rest of the path, without percent escapes. */
  PATH_INFO: string
  QUERY_STRING: string
  CONTENT_TYPE?: string
  CONTENT_LENGTH?: string
  SERVER_NAME: string
  SERVER_PORT: string
  SERVER_PROTOCOL: string
  REMOTE_ADDR?: string
  'wsgi.version': readonly [1, 0]
  'wsgi.url_scheme': string
  'wsgi.input': InputStream
  'wsgi.errors': ErrorStream
  'wsgi.multithread': boolean
  'wsgi.multiprocess': boolean
  'wsgi.run_once': boolean
  'wsgi.file_wrapper'?: (file: WrappedFile, blockSize?: number) => FileWrapper
  /** True when the server may suspend the application between blocks without being asked. */
  'wsgi.asynchronous'?: boolean
  /** Sends the head at once, and whatever a later stage still holds. */
  'x-wsgiorg.flush'?: () => Promise<void>
  /** Stops the asking for blocks until `resume()` is called, or after `timeout` milliseconds. */
  'x-wsgiorg.suspend'?: (timeout?: number) => Suspension
  /** The context of millrace's own handlers. */
  'millrace.context'?: Context
  [name: string]: unknown
}

/** The body of the request. Unlike Python's, each call returns a promise, and it is iterated with `for await`. */
export interface InputStream extends AsyncIterable<Uint8Array> {
  /** So many bytes, fewer only at the end; all of them without a size. */
  read(size?: number): Promise<Uint8Array>
  /** A line with its line feed, or so many bytes of it. */
  readline(size?: number): Promise<Uint8Array>
  /** Lines until they have `hint` bytes together; all of them without a hint. */
  readlines(hint?: number): Promise<Uint8Array[]>
}

export interface ErrorStream {
  write(text: string): unknown
  writelines(lines: Iterable<string>): unknown
  flush(): unknown
}

/** One pause that an application asked for. */
export interface Suspension {
  readonly status: 'suspended' | 'resumed' | 'timed-out'
  resume(): void
}
