package main

import (
	"syscall"
	"unsafe"
)

// machineTime gives the milliseconds of CLOCK_MONOTONIC, which Node.js and Python read too; Go's own
// monotonic clock begins anew in each process.
func machineTime() float64 {
	const monotonic = 1
	var now syscall.Timespec
	syscall.Syscall(syscall.SYS_CLOCK_GETTIME, monotonic, uintptr(unsafe.Pointer(&now)), 0)
	return float64(now.Sec)*1e3 + float64(now.Nsec)/1e6
}
