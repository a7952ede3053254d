//! Writes to a Unix socket, a vector to it and to a connection, which nobody reads, and prints how that went. Rust
//! ignores SIGPIPE when a program starts; with the argument `default`, this one sets the default action again.

use std::fs::File;
use std::io::{IoSlice, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::os::unix::io::OwnedFd;
use std::os::unix::net::UnixStream;
use std::process::Command;

extern "C" {
    fn signal(number: i32, handler: usize) -> usize;
}

fn write_everything(place: &str) -> std::io::Result<()> {
    let (socket, peer) = UnixStream::pair()?;
    drop(peer);
    let mut socket = File::from(OwnedFd::from(socket)); // later versions of UnixStream pass MSG_NOSIGNAL
    let parts = [IoSlice::new(b"a"), IoSlice::new(b"b")];
    println!("{place}: write {:?}", socket.write(b"x").map_err(|error| error.kind()));
    println!("{place}: writev {:?}", socket.write_vectored(&parts).map_err(|error| error.kind()));
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let mut client = TcpStream::connect(listener.local_addr()?)?;
    client.shutdown(Shutdown::Write)?;
    println!("{place}: connection {:?}", client.write(b"x").map_err(|error| error.kind()));
    Ok(())
}

fn main() -> std::io::Result<()> {
    if std::env::args().any(|argument| argument == "default") {
        unsafe { signal(13, 0) };
    }
    write_everything("main")?;
    std::thread::spawn(|| write_everything("thread")).join().expect("a thread")?;
    let child = Command::new("sh").args(["-c", "kill -s PIPE $$"]).status()?;
    println!("child: {child:?}");
    Ok(())
}
