// The endpoints of docs/conformance.md on net/http.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"
)

type note struct {
	Started int     `json:"started"`
	Made    int     `json:"made"`
	Closed  int     `json:"closed"`
	Context *string `json:"context"`
}

type nameKey struct{}

var errSource = errors.New("the secret of the source")

var (
	lock  sync.Mutex
	notes = map[string]*note{}
)

func edit(id string, change func(*note)) {
	lock.Lock()
	defer lock.Unlock()
	if notes[id] == nil {
		notes[id] = &note{}
	}
	change(notes[id])
}

// makeBlocks hands each block to write, which sends it; it ends when the client has left.
func makeBlocks(ctx context.Context, query url.Values, write func(string) error) error {
	number := func(name string, otherwise int) int {
		value, err := strconv.Atoi(query.Get(name))
		if err != nil {
			return otherwise
		}
		return value
	}
	n, ms, size, fail := number("n", 4), number("ms", 0), number("size", 32), number("fail", -1)
	id, start := query.Get("id"), time.Now()
	name, hasName := ctx.Value(nameKey{}).(string)
	edit(id, func(one *note) { one.Started++ })
	defer edit(id, func(one *note) {
		one.Closed++
		if name, isThere := ctx.Value(nameKey{}).(string); isThere {
			one.Context = &name
		}
	})
	if err := wait(ctx, number("delay", 0)); err != nil {
		return err
	}
	for block := 0; block < n; block++ {
		if block == fail {
			return errSource
		}
		line := fmt.Sprintf("%d %.3f", block, float64(time.Since(start).Microseconds())/1000)
		if hasName {
			line += " name=" + name
		}
		line += strings.Repeat(".", max(0, size-1-len(line))) + "\n"
		edit(id, func(one *note) { one.Made++ })
		if err := write(line); err != nil {
			return err
		}
		if query.Get("busy") == "1" {
			for until := time.Now().Add(time.Duration(ms) * time.Millisecond); time.Now().Before(until); {
			}
		} else if err := wait(ctx, ms); err != nil {
			return err
		}
	}
	return nil
}

func wait(ctx context.Context, ms int) error {
	if ms == 0 {
		return nil
	}
	select {
	case <-time.After(time.Duration(ms) * time.Millisecond):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func max(a, b int) int {
	if a > b {
		return a
	}
	return b
}

// sendSource flushes each block, and aborts the reply where the source fails after its first.
func sendSource(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	hasBegun := false
	err := makeBlocks(r.Context(), r.URL.Query(), func(block string) error {
		hasBegun = true
		_, err := io.WriteString(w, block)
		if err == nil {
			w.(http.Flusher).Flush()
		}
		return err
	})
	if err != errSource {
		return
	}
	if hasBegun {
		panic(http.ErrAbortHandler)
	}
	http.Error(w, "Internal Server Error", http.StatusInternalServerError)
}

func main() {
	server := &http.Server{Addr: "127.0.0.1:" + os.Getenv("PORT")}
	stopped := make(chan struct{})
	http.HandleFunc("/hello", func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, "hello\n") })
	http.HandleFunc("/blocks", sendSource)
	http.HandleFunc("/length", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Length", r.FormValue("length"))
		sendSource(w, r)
	})
	http.HandleFunc("/status", func(w http.ResponseWriter, r *http.Request) {
		status, _ := strconv.Atoi(r.FormValue("status"))
		w.WriteHeader(status)
		sendSource(w, r)
	})
	http.HandleFunc("/late-head", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Late", "yes")
		w.WriteHeader(http.StatusAccepted)
		io.WriteString(w, "late\n")
	})
	http.HandleFunc("/empty", func(w http.ResponseWriter, r *http.Request) {
		for _, block := range []string{"a", "", "b"} {
			io.WriteString(w, block)
			w.(http.Flusher).Flush()
		}
	})
	http.HandleFunc("/context", func(w http.ResponseWriter, r *http.Request) {
		sendSource(w, r.WithContext(context.WithValue(r.Context(), nameKey{}, r.FormValue("name"))))
	})
	http.HandleFunc("/inject", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Value", r.FormValue("value"))
		io.WriteString(w, "ok")
	})
	http.HandleFunc("/state", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		edit(r.FormValue("id"), func(one *note) { json.NewEncoder(w).Encode(one) })
	})
	http.HandleFunc("/stop", func(w http.ResponseWriter, r *http.Request) {
		grace, _ := strconv.Atoi(r.FormValue("grace"))
		w.WriteHeader(http.StatusAccepted)
		go func() {
			defer close(stopped)
			ctx, cancel := context.WithTimeout(context.Background(), time.Duration(grace)*time.Millisecond)
			defer cancel()
			if server.Shutdown(ctx) != nil {
				server.Close()
			}
		}()
	})
	http.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Not-Offered", "net/http has no means for it")
		w.WriteHeader(http.StatusNotFound)
	})
	if err := server.ListenAndServe(); err != http.ErrServerClosed {
		log.Fatal(err)
	}
	<-stopped
}
