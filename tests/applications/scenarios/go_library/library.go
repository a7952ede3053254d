// library: a library in Go for programs in other languages. It does nothing but bring Go's runtime.
package main

import "C"

//export library_start
func library_start() {}

func main() {}
