// Loaded before a server of millrace (`--import`): it counts every reply of the process.
import * as promClient from 'prom-client'
import { metrics } from 'millrace/observe'

metrics(promClient)
