// Which replies are the inspector's own: who watches himself alone would never see an empty list.
const own = new WeakSet<object>()

/** The reply to this request is one of an inspector. */
export function markOwn(context: object): void {
  own.add(context)
}

/** True for a context that was marked. */
export function isOwn(context: object | undefined): boolean {
  return context !== undefined && own.has(context)
}
