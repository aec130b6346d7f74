import { defineConfig } from 'vitest/config'
import { bundledTransmitter } from './test/support/bundled-transmitter.ts'

export default defineConfig({
  plugins: [bundledTransmitter()],
  resolve: { conditions: ['millrace:source'] },
  ssr: { resolve: { conditions: ['millrace:source', 'node', 'import', 'default'] } },
  test: {
    include: [
      'src/**/*.test.ts',
      'demo/**/*.test.ts',
      'test/**/*.test.ts',
      'scripts/**/*.test.ts',
      'scoreboard/**/*.test.ts',
    ],
    testTimeout: 30_000,
    // Most of the time a test waits for another process or thread.
    maxWorkers: 3,
    reporters: ['default'],
  },
})
