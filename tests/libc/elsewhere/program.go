// Writes to a pipe, a connection and, in C, to a pipe from a thread of C, all of which nobody reads, and prints how
// that went. With the argument `child` it prints what a child has inherited of blocked and ignored signals.
package main

import (
	"fmt"
	"net"
	"os"
	"os/exec"
)

func writeToPipe() {
	reader, writer, err := os.Pipe()
	if err != nil {
		panic(err)
	}
	reader.Close()
	_, err = writer.Write([]byte("x"))
	fmt.Println("pipe:", err)
}

func writeToConnection() {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	client, err := net.Dial("tcp", listener.Addr().String())
	if err != nil {
		panic(err)
	}
	client.(*net.TCPConn).CloseWrite()
	_, err = client.Write([]byte("x"))
	fmt.Println("connection closed for writing, broken pipe:", err != nil)
}

func child() {
	status, err := exec.Command("grep", "Sig[BI]", "/proc/self/status").Output()
	fmt.Print(string(status), err, "\n")
}

func main() {
	if len(os.Args) > 1 {
		child()
		return
	}
	writeToPipe()
	done := make(chan bool)
	go func() {
		writeToConnection()
		done <- true
	}()
	<-done
	writeInC()
}
