import { describeEndpoints } from './describe-endpoints.ts'

describeEndpoints('inline', 'HTTP/1.1')
