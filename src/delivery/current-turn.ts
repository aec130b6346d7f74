// A number that is another one when the event loop has turned.
let turn = 0
let isCounting = false

/** The turn of the event loop that this runs in; whoever never asks pays nothing. */
export function currentTurn(): number {
  if (isCounting) return turn
  isCounting = true
  setImmediate(() => {
    turn++
    isCounting = false
  })
  return turn
}
