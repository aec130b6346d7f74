// Loaded before a server of millrace (`--import`): it watches every reply of the process, and the server knows nothing.
import { devNull } from 'node:os'
import { pino } from 'pino'
import { accessLog } from 'millrace/observe'

accessLog(pino(pino.destination({ dest: devNull, sync: false, minLength: 4096 })))
