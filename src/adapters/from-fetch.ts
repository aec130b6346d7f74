import type { Handler } from '../gateway/handler.ts'

/** An application written for the web standard: a `Request` in, a `Response` out. */
export type Fetch = (request: Request) => Response | Promise<Response>

/** An application written for the web standard as a handler, unchanged. */
export function fromFetch(fetch: Fetch): Handler {
  return ({ request }) => fetch(request)
}
