import { describeEndpoints } from './describe-endpoints.ts'

describeEndpoints('thread', 'HTTP/2, TLS')
