package main

import (
	"fmt"
	"net/http"
	"time"
)

// Blocks that say when they were yielded: the same as in stamped-sources.ts.

const (
	arrivalCount = 6
	workTime     = 300 * time.Millisecond
	paceTime     = 2 * time.Millisecond
	beatTime     = 100 * time.Millisecond
)

// stamped writes count blocks (without end when count is negative), and calls pause after each.
func stamped(count int, flush bool, pause func()) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/plain")
		flusher := w.(http.Flusher)
		for sent := 0; sent != count; sent++ {
			if _, err := fmt.Fprintf(w, "@%.6f\n", machineTime()); err != nil {
				return
			}
			if flush {
				flusher.Flush()
			}
			pause()
		}
	}
}

// beats writes a block and then one heartbeat after the other.
func beats(w http.ResponseWriter, r *http.Request) {
	fmt.Fprint(w, "first\n")
	w.(http.Flusher).Flush()
	for range time.Tick(beatTime) {
		if _, err := fmt.Fprint(w, "beat\n"); err != nil {
			return
		}
		w.(http.Flusher).Flush()
	}
}

// work looks for primes for 300 ms, as the other servers do.
func work() {
	for start := time.Now(); time.Since(start) < workTime; {
		countPrimes(100)
	}
}

// candidates is how many numbers take 300 ms on an idle core.
var candidates int

// workAmong does the work of 300 ms, however long it takes: among many goroutines, which share the cores,
// time goes by without work.
func workAmong() {
	countPrimes(candidates)
}

// calibrate takes the best of some samples, because other programs may disturb it.
func calibrate() {
	const sample = 100_000
	best := time.Hour
	for try := 0; try < 5; try++ {
		start := time.Now()
		countPrimes(sample)
		best = min(best, time.Since(start))
	}
	candidates = int(sample * workTime / best)
}

func min(left, right time.Duration) time.Duration {
	if left < right {
		return left
	}
	return right
}

func countPrimes(candidates int) int {
	primes := 0
	for number := 1_000_003; candidates > 0; candidates-- {
		if isPrime(number) {
			primes++
		}
		number += 2
	}
	return primes
}

func isPrime(number int) bool {
	for divisor := 3; divisor*divisor <= number; divisor += 2 {
		if number%divisor == 0 {
			return false
		}
	}
	return true
}
