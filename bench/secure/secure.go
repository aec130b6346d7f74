package main

import (
	"bytes"
	"fmt"
	"log"
	"net"
	"net/http"
	"os"
	"time"
)

var block = append(bytes.Repeat([]byte("x"), 99), '\n')

// send writes so many blocks, each of which is flushed, and computes for a while after each.
func send(count int, work time.Duration) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/plain")
		flusher := w.(http.Flusher)
		for sent := 0; sent < count; sent++ {
			if _, err := w.Write(block); err != nil {
				return
			}
			flusher.Flush()
			for end := time.Now().Add(work); time.Now().Before(end); {
			}
		}
	}
}

// main serves with the key and the certificate of the first two words, on the port of the third.
func main() {
	http.HandleFunc("/hello", func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, "Hello, world") })
	http.HandleFunc("/blocks", send(1000, 0))
	http.HandleFunc("/busy", send(2, 200*time.Millisecond))
	listener, err := net.Listen("tcp", "127.0.0.1:"+os.Args[3])
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("READY")
	log.Fatal(http.ServeTLS(listener, nil, os.Args[2], os.Args[1]))
}
