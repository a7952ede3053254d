// host: a service in Go, whose answers come from another service by a Rust library.
//
//	host PORT                  a server: each line of a client's is answered by what the service
//	                           at PORT says, until one is "quit". Prints its own port.
//	host PORT rules [notify]   writes to a peer at PORT, then to descriptor 1, until it gets EPIPE,
//	                           and says on descriptor 2 what came of it. `notify`: with SIGPIPE
//	                           asked for from os/signal.
package main

/*
#cgo LDFLAGS: -ldepend
#include <stddef.h>
void depend_on(unsigned short port);
void depend_ask(char *answer, size_t size);
*/
import "C"

import (
	"bufio"
	"errors"
	"fmt"
	"net"
	"os"
	"os/signal"
	"strconv"
	"syscall"
	"time"
)

func require(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "host:", err)
		os.Exit(1)
	}
}

func serve(client net.Conn) {
	defer client.Close()
	lines := bufio.NewScanner(client)
	for lines.Scan() {
		if lines.Text() == "quit" {
			os.Exit(0)
		}
		var answer [64]C.char
		C.depend_ask(&answer[0], C.size_t(len(answer)))
		fmt.Fprintln(client, C.GoString(&answer[0]))
	}
}

func serveClients(port int) {
	C.depend_on(C.ushort(port))
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require(err)
	fmt.Println(listener.Addr().(*net.TCPAddr).Port)
	for {
		client, err := listener.Accept()
		require(err)
		go serve(client)
	}
}

func writeUntilBroken(write func([]byte) (int, error)) {
	for {
		_, err := write([]byte("request\n"))
		if errors.Is(err, syscall.EPIPE) {
			return
		}
		time.Sleep(time.Millisecond)
	}
}

// The signal has been sent when the write returns; only its way through the channel takes time.
func notified(pipes chan os.Signal) string {
	if pipes == nil {
		return "EPIPE"
	}
	select {
	case <-pipes:
		return "EPIPE and a notice"
	case <-time.After(5 * time.Second):
		return "EPIPE and no notice"
	}
}

func showRules(port int, notify bool) {
	var pipes chan os.Signal
	if notify {
		pipes = make(chan os.Signal, 1)
		signal.Notify(pipes, syscall.SIGPIPE)
	}
	peer, err := net.Dial("tcp", "127.0.0.1:"+strconv.Itoa(port))
	require(err)
	writeUntilBroken(peer.Write)
	fmt.Fprintln(os.Stderr, "socket:", notified(pipes))
	writeUntilBroken(os.Stdout.Write)
	fmt.Fprintln(os.Stderr, "descriptor 1:", notified(pipes))
}

func main() {
	port, err := strconv.Atoi(os.Args[1])
	require(err)
	if len(os.Args) > 2 {
		showRules(port, len(os.Args) > 3)
	} else {
		serveClients(port)
	}
}
