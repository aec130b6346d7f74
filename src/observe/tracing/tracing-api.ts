// What of `@opentelemetry/api` is called: nothing of it is imported.

/** A context of OpenTelemetry; nobody looks into it here. */
export interface TraceContext {
  getValue(key: symbol): unknown
  setValue(key: symbol, value: unknown): TraceContext
  deleteValue(key: symbol): TraceContext
}

export type Attributes = Record<string, string | number | boolean>

export interface Span {
  setAttributes(attributes: Attributes): unknown
  setStatus(status: { code: number; message?: string }): unknown
  addEvent(name: string, attributes: Attributes): unknown
  recordException(error: Error): void
  updateName(name: string): unknown
  end(): void
}

/** What a span begins with; `startTime` is of `performance.now()`, where that was before now. */
export interface SpanInit {
  readonly kind: number
  readonly attributes: Attributes
  readonly startTime?: number
}

/** Reads the fields of a carrier, for a propagator. */
export interface FieldGetter<C> {
  get(carrier: C, key: string): string | undefined
  keys(carrier: C): string[]
}

/** The module `@opentelemetry/api`. */
export interface TracingApi {
  readonly ROOT_CONTEXT: TraceContext
  readonly SpanKind: { readonly SERVER: number }
  readonly SpanStatusCode: { readonly ERROR: number }
  readonly context: {
    with<T>(context: TraceContext, task: () => T): T
  }
  readonly propagation: {
    extract<C>(context: TraceContext, carrier: C, getter: FieldGetter<C>): TraceContext
  }
  readonly trace: {
    getTracer(name: string): {
      startSpan(name: string, options: SpanInit, context: TraceContext): Span
    }
    setSpan(context: TraceContext, span: Span): TraceContext
  }
}
