package main

func writeInC() {
}
