// Writes to a pipe that nobody reads, then to standard output, and says on standard error how that went.
package main

import (
	"fmt"
	"os"
)

func main() {
	reader, writer, err := os.Pipe()
	if err != nil {
		os.Exit(1)
	}
	reader.Close()
	_, err = writer.Write([]byte("x"))
	fmt.Fprintln(os.Stderr, "another descriptor:", err)
	_, err = os.Stdout.Write([]byte("x"))
	fmt.Fprintln(os.Stderr, "descriptor 1:", err)
}
