export {
  accessLog,
  type AccessLogger,
  type AccessLogOptions,
  defaultLevels,
  type LogLevel,
} from './access-log.ts'
export type { Ending } from './ending-of.ts'
export {
  type MetricRegistry,
  metrics,
  type MetricsOptions,
  type RegisteredMetric,
} from './metrics/metrics.ts'
export { metricsReply, type ShownRegistry } from './metrics/metrics-reply.ts'
export { requestId, type RequestIdOptions } from './request-id.ts'
export { type Tracing, tracing, type TracingOptions } from './tracing/tracing.ts'
export type { Attributes, FieldGetter, Span, TraceContext, TracingApi } from './tracing/tracing-api.ts'
export type { Watching } from './watched-replies.ts'
