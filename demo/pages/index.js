// Brings the panels of the page to life; each is a file of its own.
import { broken } from './broken.js'
import { clock } from './clock.js'
import { curlLines } from './curl-lines.js'
import { download } from './download.js'
import { pageStages } from './page-stages.js'
import { race } from './race.js'
import { records } from './records.js'
import { refusal } from './refusal.js'
import { showVitals } from './vitals.js'

const panel = (name) => document.querySelector(`[data-panel=${name}]`)

curlLines(document.querySelectorAll('.curl'))
download(panel('download'))
broken(panel('broken'))
clock(panel('clock'))
pageStages(panel('page'))
refusal(panel('refusal'))
await records(panel('records'))
await race(panel('race'))
await showVitals(document.querySelector('.top'))
