package main

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"log"
	"net"
	"net/http"
	"os"
	"runtime"
	"runtime/debug"
	"strconv"
	"sync"
	"time"
)

type city struct {
	ID                            int
	Name, Country, Admin, Feature string
	Population                    int
	Lat, Lon                      float64
}

var (
	block      = append(bytes.Repeat([]byte("x"), 99), '\n')
	largeBlock = bytes.Repeat([]byte("x"), 65536)
	once       sync.Once
	cities     []city
)

func readCities() {
	text, err := os.ReadFile(os.Getenv("BENCH_CITIES"))
	if err != nil {
		log.Fatal(err)
	}
	if err := json.Unmarshal(text, &cities); err != nil {
		log.Fatal(err)
	}
}

// send writes the block count times (without end when count is negative) and flushes after each if asked.
func send(data []byte, count int, flush bool) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/plain")
		flusher := w.(http.Flusher)
		for sent := 0; sent != count; sent++ {
			if _, err := w.Write(data); err != nil {
				return
			}
			if flush {
				flusher.Flush()
			}
		}
	}
}

func busy(w http.ResponseWriter, r *http.Request) {
	fmt.Fprint(w, "first\n")
	w.(http.Flusher).Flush()
	for start := time.Now(); time.Since(start) < 200*time.Millisecond; {
	}
	fmt.Fprint(w, "second\n")
}

func idle(w http.ResponseWriter, r *http.Request) {
	fmt.Fprint(w, "first\n")
	w.(http.Flusher).Flush()
	<-r.Context().Done()
}

func sendCities(w http.ResponseWriter, r *http.Request) {
	once.Do(readCities)
	w.Header().Set("Content-Type", "text/csv")
	out := csv.NewWriter(w)
	out.Write([]string{"id", "name", "country", "admin", "feature", "population", "lat", "lon"})
	for _, c := range cities {
		err := out.Write([]string{
			strconv.Itoa(c.ID), c.Name, c.Country, c.Admin, c.Feature, strconv.Itoa(c.Population),
			strconv.FormatFloat(c.Lat, 'f', -1, 64), strconv.FormatFloat(c.Lon, 'f', -1, 64),
		})
		if err != nil {
			return
		}
	}
	out.Flush()
}

func memory(w http.ResponseWriter, r *http.Request) {
	debug.FreeOSMemory()
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	fmt.Fprintf(w, `{"used":%d}`, stats.HeapInuse+stats.StackInuse)
}

func main() {
	http.HandleFunc("/hello", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/plain")
		fmt.Fprint(w, "Hello, world")
	})
	http.HandleFunc("/blocks", send(block, 1000, true))
	http.HandleFunc("/turn", send(block, 1000, false))
	http.HandleFunc("/large", send(largeBlock, 256, false))
	http.HandleFunc("/endless", send(largeBlock, -1, false))
	http.HandleFunc("/busy", busy)
	http.HandleFunc("/idle", idle)
	http.HandleFunc("/arrivals", stamped(arrivalCount, false, work))
	http.HandleFunc("/arrivals-flush", stamped(arrivalCount, true, work))
	http.HandleFunc("/busy-stream", stamped(-1, true, workAmong))
	http.HandleFunc("/paced", stamped(-1, true, func() { time.Sleep(paceTime) }))
	http.HandleFunc("/beats", beats)
	http.HandleFunc("/cities.csv", sendCities)
	http.HandleFunc("/memory", memory)
	listener, err := net.Listen("tcp", "127.0.0.1:"+os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	calibrate()
	fmt.Println("READY")
	log.Fatal(http.Serve(listener, nil))
}
