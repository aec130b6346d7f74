import { HttpError } from 'millrace'

/** What can be asked of a table besides its filters. */
export interface TableOptions {
  /** How often the table is sent, one after the other: makes one of any size. */
  readonly times: number
  /** Whether a browser is to save the reply. */
  readonly isDownload: boolean
}

/** The names of the options in a query. */
export const tableOptionNames = ['times', 'download'] as const

/**
 * Reads the options of a table from a query.
 * @throws HttpError 400 that names the option and what it takes.
 */
export function parseTableOptions(query: URLSearchParams): TableOptions {
  const times = query.get('times') || '1'
  const download = query.get('download') || '0'
  if (!/^[1-9]\d{0,3}$/.test(times)) throw refuse('times', times, 'a number from 1 to 9999, as in times=10')
  if (!/^[01]$/.test(download)) throw refuse('download', download, 'download=1, or leave it out')
  return { times: Number(times), isDownload: download === '1' }
}

function refuse(name: string, value: string, remedy: string): HttpError {
  return new HttpError(400, `Cannot send a table with ${name}=${JSON.stringify(value)}: give ${remedy}`)
}
