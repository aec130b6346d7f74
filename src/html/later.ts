import { isPromiseLike } from '../body/run-closers.ts'

export interface LaterOptions {
  /**
   * Makes what is shown in place of a part that has failed; without it, a failed part fails the reply. The error
   * itself is for a log: nothing of it reaches the client.
   */
  onError?: (error: unknown) => unknown
}

/** A part of a page that is sent when it is ready. */
export class Later {
  readonly content: unknown
  readonly fallback: unknown
  readonly onError: ((error: unknown) => unknown) | undefined

  constructor(content: unknown, fallback: unknown, { onError }: LaterOptions) {
    this.content = content
    this.fallback = fallback
    this.onError = onError
  }
}

/**
 * A part of a page that need not be ready when its place is reached: the fallback goes out there at once, and the part
 * before `</body>` when it is ready, in the order of completion. An inline script of millrace's own, the same for
 * every part, then puts it in its place; see {@link laterScriptHash} and `nonce` for a Content-Security-Policy.
 * `content` is a promise, or a function that is called once the fallback has left; its result is collected.
 */
export function later(content: unknown, fallback: unknown = '', options: LaterOptions = {}): Later {
  if (isPromiseLike(content)) content.then(undefined, ignore)
  return new Later(content, fallback, options)
}

/** Between what a part replaces: works in tables and lists too, where an element of its own would be moved away. */
export function openPlace(id: string): string {
  return `<template id="${id}"></template>`
}

export function closePlace(id: string): string {
  return `<!--/${id}-->`
}

/** A part and the script that moves it. */
export function formatPart(id: string, html: string, nonce: string | undefined): string {
  const script = nonce === undefined ? '<script>' : `<script nonce="${nonce}">`
  return `<template data-place="${id}">${html}</template>${script}${laterScript}</script>`
}

// The template before the script replaces all from its mark to the comment with the same name.
export const laterScript =
  '(s=>{let t=s.previousElementSibling,i=t.dataset.place,m=document.getElementById(i),n;if(m){' +
  'while((n=m.nextSibling)&&!(n.nodeType==8&&n.data=="/"+i))n.remove();' +
  'if(n)n.remove();m.replaceWith(t.content)}t.remove();s.remove()})(document.currentScript)'

/** What allows the script of {@link later} in a Content-Security-Policy without a nonce: `script-src '<hash>'`. */
export const laterScriptHash = 'sha256-TOkFfqaldbCK0g+bHBlvNK3VfFl5VHShDUoYYVIWl84='

// The failure is told when the part is due; Node must not end the process before.
function ignore(): void {}
