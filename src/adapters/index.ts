export { type Fetch, fromFetch } from './from-fetch.ts'
