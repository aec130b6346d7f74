import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { stringify } from 'csv-stringify'
import express, { type Response } from 'express'
import * as sources from './sources.ts'
import { busyArrivals } from './stamped-sources.ts'

const app = express()
const options = { header: true, columns: sources.columns }

type Blocks = Iterable<Uint8Array | string> | AsyncIterable<Uint8Array | string>

// Express 5 passes a rejection on to its error handler, which destroys a reply that has begun.
const send = (response: Response, blocks: Blocks) =>
  pipeline(Readable.from(blocks), response.type('text/plain'))

app.get('/hello', (_request, response) => void response.type('text/plain').send('Hello, world'))
app.get('/blocks', (_request, response) => send(response, sources.blocks()))
app.get('/large', (_request, response) => send(response, sources.largeBlocks()))
app.get('/endless', (_request, response) => send(response, sources.endlessBlocks()))
app.get('/busy', (_request, response) => send(response, sources.busyBlocks()))
app.get('/idle', (_request, response) => send(response, sources.idleBlocks()))
app.get('/arrivals', (_request, response) => send(response, busyArrivals()))
app.get('/cities.csv', (_request, response) =>
  pipeline(Readable.from(sources.cities()), stringify(options), response.type('text/csv')),
)
app.get('/memory', (_request, response) => void response.json(sources.memory()))

app.listen(sources.port, '127.0.0.1', sources.ready)
