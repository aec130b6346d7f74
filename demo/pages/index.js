// Brings the panels of the page to life; each is a file of its own.
import { archive } from './archive.js'
import { board } from './board.js'
import { broken } from './broken.js'
import { clock } from './clock.js'
import { curlLines } from './curl-lines.js'
import { download } from './download.js'
import { late } from './late.js'
import { night } from './night.js'
import { pageStages } from './page-stages.js'
import { parts } from './parts.js'
import { race } from './race.js'
import { records } from './records.js'
import { refusal } from './refusal.js'
import { squeeze } from './squeeze.js'
import { tape } from './tape.js'
import { told } from './told.js'
import { showCounts, showVitals } from './vitals.js'

const panel = (name) => document.querySelector(`[data-panel=${name}]`)

curlLines(document.querySelectorAll('.curl'))
download(panel('download'))
night(panel('night'))
broken(panel('broken'))
told(panel('told'))
clock(panel('clock'))
board(panel('board'))
squeeze(panel('squeeze'))
archive(panel('archive'))
tape(panel('tape'))
parts(panel('parts'))
late(panel('late'))
pageStages(panel('page'))
refusal(panel('refusal'))
await showCounts(document.querySelectorAll('[data-rows]'))
await records(panel('records'))
await race(panel('race'))
await showVitals(document.querySelector('.top'))
