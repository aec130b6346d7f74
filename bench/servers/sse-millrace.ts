import { channel, serve } from '../../src/index.ts'
import { control, EVENT } from './sse-control.ts'

const news = channel()
const server = await serve({ routes: { '/': (context) => news.open(context) } })

control(server.port, (data, id) => news.send({ event: EVENT, data, id }))
