package main

/*
#cgo LDFLAGS: -pthread
#include <errno.h>
#include <pthread.h>
#include <unistd.h>
static void *write_broken(void *error)
{
	int ends[2];
	if (pipe(ends) == 0) {
		close(ends[0]);
		*(int *)error = write(ends[1], "x", 1) < 0 ? errno : 0;
	}
	return NULL;
}
static int write_in_thread(void)
{
	pthread_t thread;
	int error = 0;
	if (pthread_create(&thread, NULL, write_broken, &error) == 0)
		pthread_join(thread, NULL);
	return error;
}
*/
import "C"

import (
	"fmt"
	"syscall"
)

func writeInC() {
	fmt.Println("in C:", syscall.Errno(C.write_in_thread()))
}
