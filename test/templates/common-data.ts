class Person {
  name: string
  constructor(name: string) {
    this.name = name
  }
  greet(other: string): string {
    return `${this.name} greets ${other}`
  }
  get initial(): string {
    return this.name.charAt(0)
  }
  toString(): string {
    return `<Person ${this.name}>`
  }
}

/** Values of every kind, for whatever a template asks for. */
export function commonData(): Record<string, unknown> {
  return {
    title: 'Streets & <Squares>',
    html: '<b>bold</b>',
    quote: `"it's" \\ here`,
    empty: '',
    zero: 0,
    one: 1,
    n: 7,
    negative: -3.5,
    big: 1e21,
    yes: true,
    no: false,
    nothing: null,
    missing: undefined,
    date: new Date(0),
    list: ['a', 'b', 'c'],
    numbers: [3, 1, 2, 10],
    pairs: [
      ['k1', 'v1'],
      ['k2', '<v2>'],
    ],
    triples: [
      [1, 2, 3],
      [4, 5, 6],
    ],
    rows: [
      { id: 1, name: 'Ann', tags: ['x', 'y'] },
      { id: 2, name: '<Bob>', tags: [] },
      { id: 3, name: 'Cyd', tags: ['z'] },
    ],
    object: { b: 2, a: 1, c: '<3>' },
    nested: { inner: { deep: [{ value: 'found' }] } },
    map: new Map<string, unknown>([
      ['m1', 1],
      ['m2', '<2>'],
    ]),
    set: new Set(['s1', 's2']),
    emptyList: [],
    person: new Person('Eve'),
    text: 'the quick brown fox jumps',
    emoji: 'a😀b',
    add: (left: number, right: number) => left + right,
    echo: (...values: unknown[]) => JSON.stringify(values),
    give: (value: unknown) => () => value,
    *count() {
      yield 1
      yield 2
      yield 3
    },
    sparse: ['a', undefined, null, 'b'],
    shout: { toString: () => '<LOUD>' },
    valued: { valueOf: () => 42, toString: () => 'forty-two' },
  }
}
